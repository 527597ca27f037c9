import type { Metadata } from "next";
import Link from "next/link";
import { Card } from "#app/_ui/card.tsx";
import { ReferencePage, ReferencePart } from "#app/docs/_reference/reference-page.tsx";
import { Contents } from "#app/docs/api/_reference/contents.tsx";
import { groupsOf } from "#app/docs/api/_reference/entries.ts";
import { FieldList } from "#app/docs/api/_reference/field-list.tsx";
import { OperationSection } from "#app/docs/api/_reference/operation-section.tsx";
import { fieldsOf } from "#app/docs/api/_reference/schema-words.ts";
import { openApiDocument } from "#server/api/rest/document.ts";
import { env } from "#server/platform/env.ts";

export const metadata: Metadata = { title: "API reference" };

/** The reference of the REST door, drawn from the document that programs read. */
export default function Page() {
  const document = openApiDocument(env().PUBLIC_URL);
  const groups = groupsOf(document);
  return (
    <ReferencePage
      introduction={
        <Introduction url={document.servers[0]?.url ?? ""} description={document.info.description} />
      }
      contents={<Contents groups={groups} />}
      contentsLabel="All operations"
    >
      <Refusals />
      {groups.map(({ tag, title, entries }) => (
        <ReferencePart key={tag} id={`part-${tag}`} title={title}>
          {entries.map(({ path, method, operation }) => (
            <OperationSection
              key={operation.operationId}
              document={document}
              path={path}
              method={method}
              operation={operation}
            />
          ))}
        </ReferencePart>
      ))}
    </ReferencePage>
  );
}

function Introduction({ url, description }: { url: string; description: string }) {
  return (
    <>
      <h1 className="text-2xl font-semibold text-ink">API reference</h1>
      <p className="mt-2 max-w-prose text-base text-ink-muted">{description.replaceAll("`", "")}</p>
      <p className="mt-2 max-w-prose text-base text-ink-muted">
        Programs read the same as{" "}
        <a
          href="/api/v1/openapi.json"
          target="_blank"
          rel="noreferrer"
          className="rounded-sm text-accent-text underline underline-offset-2 hover:text-ink"
        >
          OpenAPI 3.1
        </a>
        . What Astra sends to your systems by itself stands under{" "}
        <Link
          href="/docs/events"
          className="rounded-sm text-accent-text underline underline-offset-2 hover:text-ink"
        >
          events and webhooks
        </Link>
        .
      </p>
      <pre className="mt-4 rounded-lg border border-line bg-sunken p-4 font-mono text-sm break-all whitespace-pre-wrap text-ink">
        {`curl -H "Authorization: Bearer $ASTRA_API_KEY" \\\n  "${url}/api/v1/$ASTRA_ORGANIZATION/projects?limit=5"`}
      </pre>
    </>
  );
}

function Refusals() {
  const document = openApiDocument(env().PUBLIC_URL);
  const error = document.components.schemas["Refusal"]?.properties?.["error"];
  const inner = error && fieldsOf(document, error);
  const reasons = error?.properties?.["reason"]?.enum ?? [];
  if (!inner) return null;
  const fields = inner.properties.filter(([name]) => name !== "reason");
  return (
    <Card aria-labelledby="refusals" className="mt-6 px-5 py-4">
      <h2 id="refusals" className="text-base font-semibold text-ink">
        Refusals
      </h2>
      <p className="mt-1 max-w-prose text-sm text-ink-muted">
        What is refused has a status from 400 on and {"{ error }"} with these fields. Its reason keeps its
        meaning from version to version.
      </p>
      <FieldList document={document} fields={fields} required={inner.required} />
      <details className="border-t border-line pt-2">
        <summary className="-mx-1 min-h-6 cursor-default rounded-sm px-1 text-sm text-ink-muted hover:text-ink">
          The {reasons.length} reasons
        </summary>
        <ul className="mt-2 columns-2 gap-6 text-sm sm:columns-3">
          {reasons.map((reason) => (
            <li key={String(reason)} className="py-0.5 font-mono break-words text-ink-muted">
              {String(reason)}
            </li>
          ))}
        </ul>
      </details>
    </Card>
  );
}
