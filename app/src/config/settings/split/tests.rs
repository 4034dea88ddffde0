//! What a process of a shop in several processes is refused for, each by name.

use std::collections::BTreeMap;

use chassis::web::signed::PrivateKey;

use super::super::Settings;
use crate::config::parts::Part;

const PEERS: &str = "catalogue=http://10.0.0.1:8080, order=http://10.0.0.2:8080/,fulfilment=http://f,reports=http://r,\
    customer=http://c,sandbox=http://s";

type Written<'a> = &'a [(&'a str, &'a str)];

fn keys() -> (String, String) {
    let key = PrivateKey::parse(&"A".repeat(43)).unwrap();
    (key.to_text(), key.public().to_string())
}

/// Everything that a process of this shop may need, but with these settings instead; an empty one is left out.
fn process(contexts: &str, instead: Written<'_>) -> anyhow::Result<Settings> {
    let (private, public) = keys();
    let a = "A".repeat(43);
    let mut written = BTreeMap::from([
        ("contexts", contexts),
        ("base_url", "http://shop.test"),
        ("nats_url", "nats://127.0.0.1:4222"),
        ("peers", PEERS),
        ("identity_private_key", &private),
        ("identity_public_keys", &public),
        ("csrf_key", &a),
        ("sandbox_secret_key", "sk_sandbox_1"),
        ("stripe_webhook_secret", "whsec_1"),
    ]);
    written.extend(instead.iter().copied());
    written.retain(|_, text| !text.is_empty());
    Settings::of(&written.into_iter().collect::<Vec<_>>())
}

fn refused(read: anyhow::Result<Settings>) -> String {
    format!("{:#}", read.unwrap_err())
}

#[test]
fn every_part_starts_with_everything_it_needs() {
    for contexts in
        ["catalogue", "order", "fulfilment", "reports", "customer", "edge", "sandbox", "order,sandbox", "customer,edge"]
    {
        let settings = process(contexts, &[]).unwrap();
        assert_eq!(settings.process.parts.to_string(), contexts);
        assert_eq!(settings.process.peers[&Part::Order], "http://10.0.0.2:8080");
    }
}

#[test]
fn a_whole_shop_needs_none_of_it() {
    assert!(Settings::of(&[]).unwrap().process.parts.is_single_process());
}

#[test]
fn a_part_without_what_joins_it_to_the_others_is_refused_by_the_settings_name() {
    let another = "E".repeat(43);
    let table: &[(&str, Written<'_>, &str)] = &[
        ("order", &[("nats_url", "")], "STORE_NATS_URL"),
        ("catalogue,order", &[("nats_url", "")], "STORE_NATS_URL"),
        ("order", &[("base_url", "")], "STORE_BASE_URL"),
        ("reports", &[("identity_public_keys", "")], "STORE_IDENTITY_PUBLIC_KEYS"),
        ("edge", &[("identity_public_keys", "")], "STORE_IDENTITY_PUBLIC_KEYS"),
        ("customer", &[("identity_private_key", "")], "STORE_IDENTITY_PRIVATE_KEY"),
        ("customer", &[("identity_public_keys", &another)], "other half"),
        ("catalogue", &[("csrf_key", "")], "STORE_CSRF_KEY"),
        ("edge", &[("peers", "catalogue=http://c")], "order=http://host:port"),
        ("edge", &[("peers", "")], "STORE_PEERS"),
        ("order", &[("peers", "")], "sandbox=http://host:port"),
        ("sandbox", &[("peers", "")], "order=http://host:port"),
        ("order", &[("sandbox_secret_key", "")], "STORE_SANDBOX_SECRET_KEY"),
        ("sandbox", &[("stripe_webhook_secret", "")], "STORE_STRIPE_WEBHOOK_SECRET"),
        ("sandbox", &[("stripe_secret_key", "sk")], "STORE_STRIPE_SECRET_KEY"),
        ("orders", &[], "STORE_CONTEXTS"),
    ];
    for (contexts, instead, name) in table {
        let refused = refused(process(contexts, instead));
        assert!(refused.contains(name), "{contexts}: {refused}");
    }
}

#[test]
fn what_a_part_does_not_need_it_need_not_know() {
    let table: &[(&str, Written<'_>, &str)] = &[
        ("edge", &[("nats_url", ""), ("identity_private_key", ""), ("sandbox_secret_key", "")], "it holds no context"),
        (
            "catalogue",
            &[("peers", ""), ("identity_private_key", ""), ("stripe_webhook_secret", "")],
            "it asks no other",
        ),
        ("order", &[("stripe_secret_key", "sk"), ("peers", ""), ("sandbox_secret_key", "")], "real payments"),
        ("sandbox", &[("identity_public_keys", ""), ("csrf_key", "")], "it stands beside a whole shop"),
        ("catalogue", &[("base_url", "https://shop.example")], "only who takes money must not play with it"),
    ];
    for (contexts, instead, why) in table {
        assert!(process(contexts, instead).is_ok(), "{contexts}: {why}");
    }
}

#[test]
fn a_broker_that_outsiders_can_reach_needs_credentials() {
    let nats = |url, more: (&str, &str)| process("order", &[("nats_url", url), more]);
    let nothing = ("nats_credentials", "");
    for open in ["nats://10.0.0.5:4222", "nats://nats:4222", "nats://127.0.0.1:4222,nats://b:4222"] {
        let refused = refused(nats(open, nothing));
        assert!(
            refused.contains("STORE_NATS_URL") && refused.contains("nothing authenticates us"),
            "{open}: {refused}"
        );
    }
    for well in ["nats://127.0.0.1:4222", "nats://localhost:4222,nats://[::1]:4223", "nats://user:pass@10.0.0.5:4222"] {
        assert!(nats(well, nothing).is_ok(), "{well}");
    }
    assert!(nats("nats://nats:4222", ("nats_trust_network", "on")).is_ok());
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(nats("nats://nats:4222", ("nats_credentials", file.path().to_str().unwrap())).is_ok());
    assert!(
        refused(nats("nats://nats:4222", ("nats_credentials", "/no/such/file"))).contains("STORE_NATS_CREDENTIALS")
    );
    let secret = refused(nats("http://user:hunter2@b:4222", nothing));
    assert!(secret.contains("STORE_NATS_URL") && !secret.contains("hunter2"), "{secret}");
}

#[test]
fn what_cannot_be_read_is_refused_by_name_and_secrets_are_not_repeated() {
    for (contexts, setting, text, named) in [
        ("edge", "peers", "order", "STORE_PEERS"),
        ("edge", "peers", "orders=http://x", "STORE_PEERS"),
        ("edge", "peers", "order=ftp://x", "STORE_PEERS"),
        ("edge", "peers", "order=http://x,order=http://y", "twice"),
        ("order", "nats_replicas", "9", "STORE_NATS_REPLICAS"),
        ("order", "identity_public_keys", "x", "STORE_IDENTITY_PUBLIC_KEYS"),
        ("order", "database_url", "mysql://x:hunter2@y", "STORE_DATABASE_URL"),
        ("order", "order_database_url", "hunter2", "STORE_ORDER_DATABASE_URL"),
        ("order", "csrf_key", "hunter2", "STORE_CSRF_KEY"),
        ("order", "identity_private_key", "hunter2", "STORE_IDENTITY_PRIVATE_KEY"),
        ("order", "admin_password", "hunter2", "STORE_ADMIN_PASSWORD"),
    ] {
        let refused = refused(process(contexts, &[(setting, text)]));
        assert!(refused.contains(named) && !refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn a_contexts_own_server_wins_over_the_one_for_all() {
    use secrecy::ExposeSecret as _;
    let written = [("database_url", "postgres://all"), ("order_database_url", "postgresql://orders")];
    let databases = Settings::of(&written).unwrap().databases;
    let url = |part| databases.url(part).map(|url| url.expose_secret().to_owned());
    assert_eq!(
        (url(Part::Order).as_deref(), url(Part::Reports).as_deref()),
        (Some("postgresql://orders"), Some("postgres://all"))
    );
    assert!(Settings::of(&[]).unwrap().databases.url(Part::Order).is_none());
}
