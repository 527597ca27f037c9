"use client";

import { useRef } from "react";
import { Upload } from "lucide-react";
import { Button } from "#app/_ui/button.tsx";
import { toastError } from "#app/_ui/toast.tsx";

/** Two hundred long lines take far less. */
const fileMaxBytes = 256 * 1024;

/** Takes the text of a file; it is read here and sent nowhere by itself. */
export function CsvButton({ onText }: { onText: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);

  async function read(file: File): Promise<void> {
    if (file.size > fileMaxBytes) {
      toastError({ data: { message: "This file is too large for a list of addresses." } });
      return;
    }
    onText((await file.text()).trim());
  }

  return (
    <>
      <Button variant="link" onClick={() => input.current?.click()}>
        <Upload aria-hidden />
        From a CSV file
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="CSV file"
        accept=".csv,.txt,text/csv,text/plain"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void read(file);
          // The same file can be chosen again.
          event.target.value = "";
        }}
      />
    </>
  );
}
