-- Who is let in, and how: invites, API keys, what the organization says of keys, and where counts are taken in turn.

CREATE TRIGGER "roles_keep_built_in" BEFORE INSERT OR UPDATE OR DELETE ON "roles"
    FOR EACH ROW EXECUTE FUNCTION astra.keep_built_in_roles();

-- CreateTable
CREATE TABLE "invites" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role_id" UUID,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "token_hash" BYTEA NOT NULL,
    "sending" INTEGER NOT NULL DEFAULT 1,
    "granted_by_id" UUID,
    "member_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "invites_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "invites_status_check" CHECK ("status" IN ('pending', 'accepted', 'revoked', 'expired')),
    CONSTRAINT "invites_role_check" CHECK ("status" <> 'pending' OR "role_id" IS NOT NULL),
    CONSTRAINT "invites_token_check" CHECK (octet_length("token_hash") = 32)
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "name" TEXT COLLATE "und-x-icu" NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'personal',
    "secret_hash" BYTEA NOT NULL,
    "ending" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_by_id" UUID,
    "rotated_from_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "api_keys_kind_check" CHECK ("kind" IN ('personal', 'machine')),
    CONSTRAINT "api_keys_secret_check" CHECK (octet_length("secret_hash") = 32)
);

-- CreateTable
CREATE TABLE "access_settings" (
    "one" BOOLEAN NOT NULL DEFAULT true,
    "key_days_max" INTEGER,

    CONSTRAINT "access_settings_pkey" PRIMARY KEY ("one"),
    CONSTRAINT "access_settings_one_row" CHECK ("one"),
    CONSTRAINT "access_settings_key_days_check" CHECK ("key_days_max" BETWEEN 1 AND 3650)
);

-- CreateTable
CREATE TABLE "quota_turns" (
    "resource" TEXT NOT NULL,

    CONSTRAINT "quota_turns_pkey" PRIMARY KEY ("resource"),
    CONSTRAINT "quota_turns_resource_check" CHECK ("resource" IN ('seats', 'projects', 'api_keys', 'endpoints'))
);

-- CreateIndex
CREATE UNIQUE INDEX "invites_email_key" ON "invites"("email") WHERE (status = 'pending');

-- CreateIndex
CREATE INDEX "invites_status_id_idx" ON "invites"("status", "id");

-- CreateIndex
CREATE INDEX "invites_role_id_idx" ON "invites"("role_id");

-- CreateIndex
CREATE INDEX "api_keys_name_id_idx" ON "api_keys"("name", "id");

-- CreateIndex
CREATE INDEX "api_keys_created_by_id_idx" ON "api_keys"("created_by_id");

-- AddForeignKey
ALTER TABLE "invites" ADD CONSTRAINT "invites_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "roles"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invites" ADD CONSTRAINT "invites_granted_by_id_fkey" FOREIGN KEY ("granted_by_id") REFERENCES "members"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_id_fkey" FOREIGN KEY ("created_by_id") REFERENCES "members"("id") ON DELETE SET NULL ON UPDATE CASCADE;

INSERT INTO "access_settings" DEFAULT VALUES;
INSERT INTO "quota_turns" ("resource") VALUES ('seats'), ('projects'), ('api_keys'), ('endpoints');

COMMENT ON TABLE "access_settings" IS '@grant SELECT, UPDATE';
-- UPDATE is what taking a row's turn (FOR UPDATE) asks for.
COMMENT ON TABLE "quota_turns" IS '@grant SELECT, UPDATE';
