import { formatMoney } from "#app/(console)/[org]/_billing/money.ts";
import { intervalWords, seatsInWords, type Interval } from "#app/(console)/[org]/_billing/words.ts";
import type { Outputs } from "#app/_trpc/types.ts";
import { CalendarDate } from "#app/_ui/relative-time.tsx";

type PreviewLinesProps = {
  preview: Outputs["billing"]["previewChange"];
  /** The new price of a seat. */
  after: number | null;
  interval: Interval;
  /** Given while a trial lasts: until then nothing is charged. */
  trialEnd: Date | null;
};

/** What a change costs, line by line as it will stand on the invoice, and what comes after it. */
export function PreviewLines({ preview, after, interval, trialEnd }: PreviewLinesProps) {
  const { amount, currency, lines, seats } = preview;
  return (
    <div className="flex flex-col gap-3 text-base">
      <table className="w-full">
        <caption className="sr-only">What is charged now</caption>
        <tbody className="divide-y divide-line">
          {lines.map((line, index) => (
            <tr key={`${index} ${line.description}`}>
              <td className="py-2 pr-4 text-ink-muted">{line.description}</td>
              <td className="tabular py-2 text-right whitespace-nowrap text-ink">
                {formatMoney(line.amount, currency)}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="border-t border-line-strong font-semibold text-ink">
            <th scope="row" className="py-2.5 text-left font-semibold">
              To pay now
            </th>
            <td className="tabular py-2.5 text-right">{formatMoney(amount, currency)}</td>
          </tr>
        </tfoot>
      </table>
      {after !== null && (
        <p className="text-sm text-ink-subtle">
          {trialEnd ? (
            <>
              The trial goes on until <CalendarDate date={trialEnd} />. Then{" "}
            </>
          ) : (
            "After that "
          )}
          {seatsInWords(seats)} cost{seats === 1 ? "s" : ""} {formatMoney(after * seats, currency)} a{" "}
          {intervalWords[interval].per}.
        </p>
      )}
    </div>
  );
}
