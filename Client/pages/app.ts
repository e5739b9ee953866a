// On every page. What is here must be small: the report page shares its 30 KB with it.
import { comfort } from "../lib/everywhere";
import { watchOutbox } from "../lib/offline";

comfort();
watchOutbox();
