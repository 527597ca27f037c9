-- What the console tells a member, and which of it the member wants by mail.

-- CreateTable
CREATE TABLE "notifications" (
    "id" UUID NOT NULL,
    "member_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "data" TEXT NOT NULL DEFAULT '{}',
    "times" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "read_at" TIMESTAMPTZ(3),
    "mails" INTEGER NOT NULL DEFAULT 0,
    "mailed_at" TIMESTAMPTZ(3),

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_preferences" (
    "member_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "mail" BOOLEAN NOT NULL,

    CONSTRAINT "notification_preferences_pkey" PRIMARY KEY ("member_id","kind")
);

-- CreateIndex
CREATE UNIQUE INDEX "notifications_member_id_key_key" ON "notifications"("member_id", "key");

-- CreateIndex
CREATE INDEX "notifications_member_id_at_id_idx" ON "notifications"("member_id", "at", "id");

-- CreateIndex
CREATE INDEX "notifications_unread_idx" ON "notifications"("member_id", "at", "id") WHERE (read_at IS NULL);

-- CreateIndex
CREATE INDEX "notifications_at_idx" ON "notifications"("at");

-- AddForeignKey
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_member_id_fkey" FOREIGN KEY ("member_id") REFERENCES "members"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification_preferences" ADD CONSTRAINT "notification_preferences_member_id_fkey" FOREIGN KEY ("member_id") REFERENCES "members"("id") ON DELETE CASCADE ON UPDATE CASCADE;
