// Sends one report. The offline queue has a way of its own, without progress (sending.ts).
import { Refused } from "./api";
import type { Report } from "./outbox";

export interface Receipt {
  reference: string;
  /** For reporters without an account: it opens the report. */
  tracking_code?: string;
}

/**
 * @param onProgress told how much of it has left, 0 to 1
 * @throws Refused; TypeError where the network is away
 */
export function send(report: Report, onProgress: (share: number) => void = () => undefined): Promise<Receipt> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", "/api/v1/requests");
    call.setRequestHeader("Accept", "application/json");
    call.setRequestHeader("Idempotency-Key", report.idempotencyKey);
    const token = document.querySelector<HTMLInputElement>('input[name="csrf_token"]')?.value;
    if (token) call.setRequestHeader("X-CSRF-Token", token);
    call.upload.onprogress = (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); };
    call.onerror = call.ontimeout = call.onabort = () => reject(new TypeError("the network is away"));
    call.onload = () => {
      const answer = parse(call.responseText);
      if (call.status === 201) return resolve(answer as unknown as Receipt);
      // No answer of the application: what stands before it cannot reach it.
      if (call.status >= 502 && !answer.code) return reject(new TypeError("the application is away"));
      reject(new Refused(call.status, String(answer.code ?? "unknown"), String(answer.detail ?? call.statusText),
        (answer.errors ?? []) as Refused["errors"]));
    };
    if (report.files.length === 0) {
      call.setRequestHeader("Content-Type", "application/json");
      call.send(JSON.stringify(report.request));
    } else {
      const body = new FormData();
      body.append("request", JSON.stringify(report.request));
      for (const file of report.files) body.append("files", file, file.name);
      call.send(body);
    }
  });
}

function parse(text: string): Record<string, unknown> {
  try { return JSON.parse(text) ?? {}; } catch { return {}; }
}
