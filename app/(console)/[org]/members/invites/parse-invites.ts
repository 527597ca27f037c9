export const invitesMax = 200;

/** A role as a list of addresses may name it. */
type KnownRole = { id: string; key: string; name: string };

export type ParsedInvites = {
  /** `roleId` is null where the list names no role. */
  rows: { email: string; roleId: string | null }[];
  /** What is not understood, in words; nothing of it is passed over. */
  problems: string[];
};

/**
 * Reads what people paste: addresses one under the other or in a row, "Name <address>", or a table from a
 * spreadsheet whose cells after an address name its role. Whether an address is one is the server's to say.
 */
export function parseInvites(text: string, roles: readonly KnownRole[]): ParsedInvites {
  const rows: ParsedInvites["rows"] = [];
  const problems: string[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === "") continue;
    if (!line.includes("@")) {
      // The first line of a table may say what its columns are.
      if (index > 0 || !/e-?mail|address/i.test(line)) {
        problems.push(`Line ${index + 1} holds no address: ${shortened(line)}`);
      }
      continue;
    }
    const found: ParsedInvites["rows"] = [];
    for (const cell of line.split(/[,;\t]/).map(unquoted)) {
      const addresses = addressesIn(cell);
      const last = found.at(-1);
      if (addresses.length > 0) found.push(...addresses.map((email) => ({ email, roleId: null })));
      else if (cell !== "" && last) {
        const role = roles.find((known) => named(known, cell));
        if (!role) problems.push(`Line ${index + 1}: there is no role ${shortened(cell)} that you can give`);
        else last.roleId = role.id;
      }
    }
    rows.push(...found);
  }
  return { rows, problems };
}

function addressesIn(cell: string): string[] {
  const inBrackets = /<([^<>]*@[^<>]*)>/.exec(cell)?.[1];
  if (inBrackets) return [inBrackets.trim()];
  return cell.split(/\s+/).filter((word) => word.includes("@"));
}

function named({ key, name }: KnownRole, cell: string): boolean {
  const word = cell.toLowerCase();
  return key.toLowerCase() === word || name.toLowerCase() === word;
}

function unquoted(cell: string): string {
  return cell
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .trim();
}

function shortened(text: string): string {
  const trimmed = text.trim();
  return `“${trimmed.length > 40 ? `${trimmed.slice(0, 40)}…` : trimmed}”`;
}
