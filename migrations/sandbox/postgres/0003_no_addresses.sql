-- The sandbox writes to nobody, so it keeps no e-mail address. Records of the version before did.
UPDATE intent SET record = (record::jsonb #- '{details,receipt_email}')::text
    WHERE record::jsonb #>> '{details,receipt_email}' IS NOT NULL;
UPDATE checkout_session SET record = (record::jsonb - 'customer_email')::text
    WHERE record::jsonb ->> 'customer_email' IS NOT NULL;
