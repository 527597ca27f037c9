import { SyntaxKind, type CallExpression, type PropertyAssignment } from "typescript/unstable/ast";
import { SymbolFlags, type Project, type Symbol } from "typescript/unstable/sync";

/**
 * What the verb behind a procedure says it does: of `list: can("projects.read").query(Input, listProjects)` the
 * comment above `listProjects`. Throws an Error when there is none.
 */
export function verbDoc(project: Project, procedure: Symbol): string {
  const { checker } = project;
  const declaration = procedure.declarations[0]?.resolve(project);
  if (declaration?.kind !== SyntaxKind.PropertyAssignment) throw undocumented(procedure);
  const { initializer } = declaration as PropertyAssignment;
  if (initializer.kind !== SyntaxKind.CallExpression) throw undocumented(procedure);
  const verb = (initializer as CallExpression).arguments.at(-1);
  const named = verb && checker.getSymbolAtLocation(verb);
  if (!named) throw undocumented(procedure);
  const symbol = named.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(named) : named;
  const doc = symbol.getDocumentationComment(checker);
  if (!doc) throw undocumented(procedure);
  return doc.replaceAll(/\s+/g, " ").replaceAll("Throws AppError", "Refused with").trim();
}

function undocumented(procedure: Symbol): Error {
  return new Error(`What "${procedure.name}" calls has no comment that says what it does.`);
}
