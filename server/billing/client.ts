import { Stripe } from "stripe";

const TIMEOUT_MS = 20_000;
const RETRIES_MAX = 2;

export type StripeSettings = {
  secretKey: string;
  /** Where the API is, when it is not at Stripe: a server that stands in for it on this machine. */
  apiUrl?: string | undefined;
};

/**
 * A client of Stripe with these settings. Throws an Error for a live key together with an address of our own, and for an address
 * that is not on this machine: a key would be sent there.
 */
export function openStripe({ secretKey, apiUrl }: StripeSettings): Stripe {
  return new Stripe(secretKey, {
    maxNetworkRetries: RETRIES_MAX,
    timeout: TIMEOUT_MS,
    telemetry: false,
    httpClient: carefulClient(),
    ...(apiUrl === undefined ? {} : addressOf(apiUrl, secretKey)),
  });
}

function addressOf(apiUrl: string, secretKey: string): { protocol: "http"; host: string; port: number } {
  if (!/^(sk|rk)_test_/.test(secretKey))
    throw new Error("The address of Stripe's API can be changed with a test key only.");
  const { protocol, hostname, port } = new URL(apiUrl);
  if (protocol !== "http:" || (hostname !== "127.0.0.1" && hostname !== "localhost"))
    throw new Error("The address of Stripe's API must be http on this machine.");
  return { protocol: "http", host: hostname, port: port === "" ? 80 : Number(port) };
}

/**
 * The package takes every JSON answer without `error` for a success, whatever its status: what a proxy answers with 500
 * or 404 would come out as an object that has none of its keys.
 */
function carefulClient(): Stripe.HttpClient {
  const plain = Stripe.createNodeHttpClient();
  return {
    getClientName: () => plain.getClientName(),
    async makeRequest(...request) {
      const response = await plain.makeRequest(...request);
      const read = response.toJSON.bind(response);
      response.toJSON = async () => enveloped(response.getStatusCode(), await read());
      return response;
    },
  };
}

function enveloped(status: number, answer: unknown): unknown {
  if (typeof answer === "object" && answer !== null) {
    if ("error" in answer) return answer;
    if (status < 300 && "object" in answer && typeof answer.object === "string") return answer;
  }
  return { error: { type: "api_error", message: `Stripe answered ${status} without saying what it is` } };
}
