-- Who belongs to which departments: somebody may help in several.
CREATE TABLE department_members (
  tenant_id int NOT NULL,
  person_id bigint NOT NULL,
  department_id int NOT NULL,
  PRIMARY KEY (tenant_id, person_id, department_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people,
  FOREIGN KEY (tenant_id, department_id) REFERENCES departments
);
CREATE INDEX department_members_department ON department_members (tenant_id, department_id, person_id);
CALL isolate_by_tenant('department_members', 'SELECT, INSERT, DELETE');
INSERT INTO department_members (tenant_id, person_id, department_id)
SELECT tenant_id, id, department_id FROM people WHERE department_id IS NOT NULL;
ALTER TABLE people DROP COLUMN department_id;

-- The areas and categories that a member of staff is limited to; no row is no limit. An area or a category that somebody
-- is limited to cannot be deleted: with its row the limit itself would go.
CREATE TABLE person_areas (
  tenant_id int NOT NULL,
  person_id bigint NOT NULL,
  area_id int NOT NULL,
  PRIMARY KEY (tenant_id, person_id, area_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people,
  FOREIGN KEY (tenant_id, area_id) REFERENCES areas
);
CREATE INDEX person_areas_area ON person_areas (tenant_id, area_id);
CALL isolate_by_tenant('person_areas', 'SELECT, INSERT, DELETE');

CREATE TABLE person_categories (
  tenant_id int NOT NULL,
  person_id bigint NOT NULL,
  category_id int NOT NULL,
  PRIMARY KEY (tenant_id, person_id, category_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people,
  FOREIGN KEY (tenant_id, category_id) REFERENCES categories
);
CREATE INDEX person_categories_category ON person_categories (tenant_id, category_id);
CALL isolate_by_tenant('person_categories', 'SELECT, INSERT, DELETE');

ALTER TABLE departments ADD CHECK (length(name) BETWEEN 1 AND 100);
-- Those who work here, among thousands of citizens.
CREATE INDEX people_staff ON people (tenant_id, id) WHERE role <> 'citizen';
