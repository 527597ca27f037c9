import type { ReactNode } from "react";
import type { OpenApiDocument, Operation, Schema } from "#server/api/rest/document.ts";
import { Badge, type BadgeTone } from "#app/_ui/badge.tsx";
import { Card } from "#app/_ui/card.tsx";
import { FieldList } from "#app/docs/api/_reference/field-list.tsx";
import { fieldsOf, typeWords } from "#app/docs/api/_reference/schema-words.ts";

const tones: Record<string, BadgeTone> = {
  get: "info",
  post: "success",
  put: "warning",
  patch: "warning",
  delete: "danger",
};

type OperationSectionProps = {
  document: OpenApiDocument;
  method: string;
  path: string;
  operation: Operation;
};

/** One operation: what it does, what it takes, what it answers. */
export function OperationSection({ document, method, path, operation }: OperationSectionProps) {
  const { operationId, summary, description, parameters, requestBody } = operation;
  const inPath = parameters.filter((one) => one.in === "path" && one.name !== "organization");
  const inQuery = parameters.filter((one) => one.in === "query");
  const body = requestBody && fieldsOf(document, requestBody.content["application/json"].schema);
  return (
    <Card id={operationId} aria-labelledby={`${operationId}-title`} className="scroll-mt-6 px-5 py-4">
      <h3 id={`${operationId}-title`} className="text-base font-semibold text-ink">
        {summary}
      </h3>
      <p className="mt-1.5 flex flex-wrap items-center gap-2">
        <Badge tone={tones[method] ?? "neutral"}>{method.toUpperCase()}</Badge>
        <code className="min-w-0 font-mono text-sm break-all text-ink">{path}</code>
      </p>
      {description && <p className="mt-2 max-w-prose text-sm text-ink-muted">{description}</p>}
      <p className="mt-2 text-sm text-ink-subtle">
        Needs <code className="font-mono text-ink-muted">{operation["x-permission"]}</code>. In the client:{" "}
        <code className="font-mono text-ink-muted">astra.{operationId}</code>
      </p>
      <Parameters document={document} title="In the path" of={inPath} />
      <Parameters document={document} title="In the query" of={inQuery} />
      {body && (
        <Block title="In the body">
          <FieldList document={document} fields={body.properties} required={body.required} marked />
        </Block>
      )}
      <Answer document={document} operation={operation} />
    </Card>
  );
}

type ParametersProps = { document: OpenApiDocument; title: string; of: Operation["parameters"] };

function Parameters({ document, title, of }: ParametersProps) {
  if (of.length === 0) return null;
  const required = of.filter((one) => one.required).map(({ name }) => name);
  // As it is written in an address: sort[by]=name.
  const fields = of.flatMap(({ name, schema }): [string, Schema][] => {
    const inner = schema.type === "object" ? Object.entries(schema.properties ?? {}) : [];
    if (inner.length === 0) return [[name, schema]];
    return inner.map(([key, one]) => [`${name}[${key}]`, one]);
  });
  return (
    <Block title={title}>
      <FieldList document={document} fields={fields} required={required} marked />
    </Block>
  );
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <h4 className="mt-4 border-b border-line pb-1.5 text-sm font-medium text-ink">{title}</h4>
      {children}
    </>
  );
}

function Answer({ document, operation }: { document: OpenApiDocument; operation: Operation }) {
  const [status = "", response] =
    Object.entries(operation.responses).find(([code]) => code !== "default") ?? [];
  const schema =
    response && "content" in response ? response.content?.["application/json"].schema : undefined;
  if (!schema) return <p className="mt-4 text-sm text-ink-muted">Answers {status} and nothing more.</p>;
  const inner = fieldsOf(document, schema);
  return (
    <details className="mt-4 border-t border-line pt-2">
      <summary className="-mx-1 min-h-6 cursor-default rounded-sm px-1 text-sm text-ink-muted hover:text-ink">
        Answers {status}: {typeWords(document, schema)}
      </summary>
      {inner && <FieldList document={document} fields={inner.properties} required={inner.required} />}
    </details>
  );
}
