/** Where Astra is, and who calls. */
export type AstraClientOptions = {
  /** Astra's address, like "https://astra.example.com". */
  url: string;
  /** An API key or a bearer token; a function is asked before each try, for tokens that are renewed. */
  apiKey: string | (() => string | Promise<string>);
  /** The organization's address, as in its URL. It must be the one that the key belongs to. */
  organization: string;
  /** How long a call may take, tries and pauses included. 30,000 ms unless told. */
  timeoutMs?: number;
  /** How often a read is tried before its failure is told; changes are never sent twice. 3 unless told. */
  attemptsMax?: number;
  /** Instead of the global fetch. */
  fetch?: typeof fetch;
};

/** What one call can say about itself. */
export type CallOptions = {
  /** Breaks the call off. */
  signal?: AbortSignal;
  /** How long this call may take, in ms. */
  timeoutMs?: number;
};
