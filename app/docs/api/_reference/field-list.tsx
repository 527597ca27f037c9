import type { OpenApiDocument, Schema } from "#server/api/rest/document.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { boundWords, fieldsOf, followed, typeWords } from "#app/docs/api/_reference/schema-words.ts";

/** Nested further than this, a field is named by its type alone. */
const depthMax = 3;

type FieldListProps = {
  document: OpenApiDocument;
  fields: [string, Schema][];
  required: readonly string[];
  /** Whether a field that must be given is marked; of an answer all fields are there. */
  marked?: boolean;
  depth?: number;
};

/** Fields with their types, and the fields inside of them. */
export function FieldList({ document, fields, required, marked = false, depth = 1 }: FieldListProps) {
  return (
    <ul className="divide-y divide-line">
      {fields.map(([name, schema]) => (
        <li key={name} className="py-2">
          <Field
            document={document}
            name={name}
            schema={schema}
            required={marked && required.includes(name)}
          />
          {depth < depthMax && (
            <Inside document={document} schema={schema} marked={marked} depth={depth + 1} />
          )}
        </li>
      ))}
    </ul>
  );
}

type FieldProps = { document: OpenApiDocument; name: string; schema: Schema; required: boolean };

function Field({ document, name, schema, required }: FieldProps) {
  const { description } = followed(document, schema).schema;
  const bounds = boundWords(schema);
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
        <code className="font-mono font-medium text-ink">{name}</code>
        <span className="min-w-0 break-words text-ink-subtle">
          {typeWords(document, schema)}
          {bounds && ` · ${bounds}`}
        </span>
        {required && <Badge tone="accent">required</Badge>}
      </p>
      {description && <p className="mt-0.5 max-w-prose text-sm text-ink-muted">{description}</p>}
    </>
  );
}

type InsideProps = { document: OpenApiDocument; schema: Schema; marked: boolean; depth: number };

function Inside({ document, schema, marked, depth }: InsideProps) {
  const inner = fieldsOf(document, schema);
  if (!inner) return null;
  return (
    <div className="mt-1 ml-1 border-l border-line pl-4">
      <FieldList
        document={document}
        fields={inner.properties}
        required={inner.required}
        marked={marked}
        depth={depth}
      />
    </div>
  );
}
