import { z } from "zod";

export const ListRoles = z.strictObject({}).optional();

export type RoleRow = {
  id: string;
  key: string;
  name: string;
  description: string;
  builtIn: boolean;
  permissions: string[];
};
