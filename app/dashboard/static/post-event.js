// A step in the life of a contingent.

import { field, recorded, sendingForm } from "./forms.js";
import { countryLink } from "./parts.js";
import { bodyOf, choice } from "./post-report.js";

const KINDS = "proposed approved agreement_signed departed arrived took_over rotated repatriated cancelled".split(" ");

export function eventForm() {
  return sendingForm({
    label: "Record the event",
    fields: [
      field({
        name: "contingent",
        label: "Contingent",
        required: true,
        list: "contingents",
        hint: "The id of a contingent on record.",
      }),
      field({ name: "kind", label: "What happened", kind: "choice", choices: choice(KINDS), required: true }),
      field({ name: "on", label: "When", required: true, placeholder: "2025-04, or 2025-04-14" }),
      field({ name: "id", label: "Id of the event", hint: "Made of contingent, kind and date unless given." }),
      field({
        name: "certainty",
        label: "How it follows from the source",
        kind: "choice",
        choices: choice(["stated", "inferred", "derived"]),
        required: true,
      }),
      field({ name: "source", label: "Source", required: true, list: "sources" }),
      field({ name: "persons", label: "People it concerned", kind: "number" }),
      field({ name: "note", label: "Note", kind: "long" }),
      field({ name: "reason", label: "Reason" }),
    ],
    request: (form) => {
      const body = bodyOf(form);
      const made = [body.contingent, `${body.kind}-${body.on}`].join(".").replaceAll("_", "-");
      return { path: "/v1/status-events", body: { ...body, id: body.id ?? made } };
    },
    done: (answer) => recorded(answer, answer.data?.country ? countryLink(answer.data) : answer.data?.id),
  });
}
