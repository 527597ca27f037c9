"use client";

import type { ReactElement, ReactNode } from "react";
import { zodResolver } from "@hookform/resolvers/zod";
import {
  Controller,
  FormProvider,
  useForm,
  useFormContext,
  useFormState,
  type Control,
  type ControllerRenderProps,
  type FieldPath,
  type FieldValues,
  type UseFormProps,
  type UseFormReturn,
} from "react-hook-form";
import type { z } from "zod";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { cn } from "#app/_ui/class-names.ts";
import { Field } from "#app/_ui/field.tsx";
import { readServerError } from "#app/_ui/server-error.ts";
import { useWayOut } from "#app/_ui/way-out.tsx";

/** A form checked by the same zod schema as the procedure behind it; errors show after the first submit. */
export function useZodForm<Input extends FieldValues, Output>(
  schema: z.ZodType<Output, Input>,
  options?: Omit<UseFormProps<Input, unknown, Output>, "resolver">,
): UseFormReturn<Input, unknown, Output> {
  return useForm<Input, unknown, Output>({ ...options, resolver: zodResolver(schema) });
}

type FormProps<Input extends FieldValues, Output> = {
  form: UseFormReturn<Input, unknown, Output>;
  /** What it throws is shown: at the field that the server names, else at the top of the form. */
  onSubmit: (values: Output) => Promise<unknown>;
  children: ReactNode;
  className?: string;
  id?: string;
  "aria-label"?: string;
};

/** Submits once at a time and shows the server's refusals where they belong. */
export function Form<Input extends FieldValues, Output>(props: FormProps<Input, Output>) {
  const { form, onSubmit, children, className, ...rest } = props;
  const submit = form.handleSubmit(async (values) => {
    try {
      await onSubmit(values);
    } catch (thrown) {
      showServerError(form, thrown);
    }
  });
  return (
    <FormProvider {...form}>
      {/* Sent before the page is alive, a form without a method writes its fields into the address. */}
      <form
        {...rest}
        method="post"
        noValidate
        onSubmit={submit}
        className={cn("flex flex-col gap-4", className)}
      >
        <FormError />
        {children}
      </form>
    </FormProvider>
  );
}

/** Puts an API error into the form: on its fields when they are on the screen, else as the form's own error. */
function showServerError<Input extends FieldValues, Output>(
  form: UseFormReturn<Input, unknown, Output>,
  thrown: unknown,
): void {
  const error = readServerError(thrown);
  // A form may be flat where the procedure's input is not: "destination.url" is its field "url".
  const named = Object.entries(error.fields).map(([path, message]) => {
    const leaf = path.split(".").at(-1) ?? path;
    return [path in form.getValues() ? path : leaf, message] as const;
  });
  const known = named.filter(([name]) => name in form.getValues());
  for (const [index, [name, message]] of known.entries()) {
    // The name was found among the form's own values just above.
    form.setError(name as FieldPath<Input>, { type: "server", message }, { shouldFocus: index === 0 });
  }
  if (known.length > 0) return;
  const trace =
    error.requestId && error.code === "INTERNAL_SERVER_ERROR" ? ` (request ${error.requestId})` : "";
  form.setError("root.server", { type: error.reason ?? "server", message: error.message + trace });
}

/** The error that belongs to no single field. */
function FormError() {
  const { errors } = useFormState();
  const reason = errors.root?.["server"]?.type;
  const { action, words } = useWayOut(typeof reason === "string" ? reason : null);
  const message = errors.root?.["server"]?.message ?? errors.root?.message;
  if (!message) return null;
  return (
    <Banner tone="danger" urgent actions={action}>
      {message} {words}
    </Banner>
  );
}

type FormFieldProps<Input extends FieldValues, Name extends FieldPath<Input>, Output> = {
  control: Control<Input, unknown, Output>;
  name: Name;
  label: ReactNode;
  labelHidden?: boolean;
  hint?: ReactNode;
  required?: boolean;
  optional?: boolean;
  aside?: ReactNode;
  className?: string;
  children: (field: ControllerRenderProps<Input, Name>) => ReactElement;
};

/** A Field bound to one value of the form, with its error shown inline. */
export function FormField<Input extends FieldValues, Name extends FieldPath<Input>, Output>(
  props: FormFieldProps<Input, Name, Output>,
) {
  const { control, name, children, ...field } = props;
  return (
    <Controller
      control={control}
      name={name}
      render={(controller) => (
        <Field {...field} error={controller.fieldState.error?.message}>
          {children(controller.field)}
        </Field>
      )}
    />
  );
}

type SubmitButtonProps = {
  children: ReactNode;
  variant?: "primary" | "danger";
  size?: "md" | "lg";
  wide?: boolean;
  /** Refuses while nothing was changed, and says so. */
  needsChanges?: boolean;
  disabledReason?: string | null | false;
};

/** Sends the form around it; turns while the form is being sent. */
export function SubmitButton({
  needsChanges = false,
  disabledReason,
  variant = "primary",
  ...rest
}: SubmitButtonProps) {
  const { formState } = useFormContext();
  const unchanged = needsChanges && !formState.isDirty ? "Nothing has been changed yet" : null;
  return (
    <Button
      {...rest}
      type="submit"
      variant={variant}
      loading={formState.isSubmitting}
      disabledReason={disabledReason || unchanged}
    />
  );
}
