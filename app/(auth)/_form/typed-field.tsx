"use client";

import type { ReactNode } from "react";
import type { FieldPath, FieldValues, UseFormRegisterReturn, UseFormReturn } from "react-hook-form";
import { Field } from "#app/_ui/field.tsx";

type TypedFieldProps<Input extends FieldValues, Output> = {
  /** Without default values: they would overwrite what stands in the field already. */
  form: UseFormReturn<Input, unknown, Output>;
  name: FieldPath<Input>;
  label: ReactNode;
  hint?: ReactNode;
  children: (field: UseFormRegisterReturn) => ReactNode;
};

/**
 * A Field whose value the browser keeps. People and password managers fill these forms in before the page
 * is alive, and a value kept by React would be empty then.
 */
export function TypedField<Input extends FieldValues, Output>(props: TypedFieldProps<Input, Output>) {
  const { form, name, children, ...field } = props;
  const { error } = form.getFieldState(name, form.formState);
  return (
    <Field {...field} error={error?.message}>
      {children(form.register(name))}
    </Field>
  );
}
