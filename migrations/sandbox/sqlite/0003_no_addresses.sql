-- The sandbox writes to nobody, so it keeps no e-mail address. Records of the version before did.
UPDATE intent SET record = json_remove(record, '$.details.receipt_email')
    WHERE json_extract(record, '$.details.receipt_email') IS NOT NULL;
UPDATE checkout_session SET record = json_remove(record, '$.customer_email')
    WHERE json_extract(record, '$.customer_email') IS NOT NULL;
