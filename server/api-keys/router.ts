import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import { createApiKey, revokeApiKey, rotateApiKey, updateKeySettings } from "./api-keys.ts";
import { getKeySettings, listApiKeys, listScopes } from "./list.ts";
import { ApiKeyById, CreateApiKey, KeySettings, ListApiKeys, NoInput, RotateApiKey } from "./schema.ts";

export const apiKeysRouter = router({
  list: can("api_keys.read", { recorded: "minute", rest: "GET /api-keys" }).query(ListApiKeys, listApiKeys),
  settings: can("api_keys.read", { rest: false }).query(NoInput, getKeySettings),
  scopes: can("api_keys.write", { rest: false }).query(NoInput, listScopes),
  create: can("api_keys.write").mutation(CreateApiKey, createApiKey),
  rotate: can("api_keys.write").mutation(RotateApiKey, rotateApiKey),
  revoke: can("api_keys.read", { rest: false }).mutation(ApiKeyById, revokeApiKey),
  updateSettings: can("api_keys.manage").mutation(KeySettings, updateKeySettings),
});
