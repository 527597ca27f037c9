-- Which asking a try belongs to: what a try of an earlier one came to says nothing of the present one.
ALTER TABLE "webhook_deliveries" ADD COLUMN "round" INTEGER NOT NULL DEFAULT 0;

-- In which form the body was sent; null where it was not noted.
ALTER TABLE "webhook_attempts" ADD COLUMN "payload" TEXT,
ADD CONSTRAINT "webhook_attempts_payload_check" CHECK ("payload" IN ('full', 'thin'));

-- What is seldom among all deliveries is found without walking over them. What has arrived has no error.
CREATE INDEX "webhook_deliveries_type_id_idx" ON "webhook_deliveries"("type", "id");
CREATE INDEX "webhook_deliveries_error_id_idx" ON "webhook_deliveries"("error", "id") WHERE (error IS NOT NULL);
