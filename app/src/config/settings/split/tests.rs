//! What a process of a shop in several processes is refused for, each by name.

use chassis::web::signed::PrivateKey;

use super::super::Settings;
use super::super::raw::Raw;
use crate::config::parts::Part;

const PEERS: &str = "catalogue=http://10.0.0.1:8080, order=http://10.0.0.2:8080/,fulfilment=http://f,reports=http://r,\
    customer=http://c,sandbox=http://s";

fn keys() -> (String, String) {
    let key = PrivateKey::parse(&"A".repeat(43)).unwrap();
    (key.to_text(), key.public().to_string())
}

/// Everything that a process of this shop may need.
fn process(contexts: &str) -> Raw {
    let (private, public) = keys();
    Raw {
        contexts: Some(contexts.into()),
        base_url: Some("http://shop.test".into()),
        nats_url: Some("nats://127.0.0.1:4222".into()),
        peers: Some(PEERS.into()),
        identity_private_key: Some(private),
        identity_public_keys: Some(public),
        csrf_key: Some("A".repeat(43)),
        sandbox_secret_key: Some("sk_sandbox_1".into()),
        stripe_webhook_secret: Some("whsec_1".into()),
        ..Raw::default()
    }
}

fn refused(raw: Raw) -> String {
    format!("{:#}", Settings::checked(raw).unwrap_err())
}

#[test]
fn every_part_starts_with_everything_it_needs() {
    for contexts in
        ["catalogue", "order", "fulfilment", "reports", "customer", "edge", "sandbox", "order,sandbox", "customer,edge"]
    {
        let settings = Settings::checked(process(contexts)).unwrap();
        assert_eq!(settings.parts.to_string(), contexts);
        assert_eq!(settings.peers[&Part::Order], "http://10.0.0.2:8080");
    }
}

#[test]
fn a_whole_shop_needs_none_of_it() {
    assert!(Settings::checked(Raw::default()).unwrap().parts.is_single_process());
}

#[test]
fn a_part_without_what_joins_it_to_the_others_is_refused_by_the_settings_name() {
    type Forget = fn(&mut Raw);
    let table: &[(&str, Forget, &str)] = &[
        ("order", |raw| raw.nats_url = None, "STORE_NATS_URL"),
        ("catalogue,order", |raw| raw.nats_url = None, "STORE_NATS_URL"),
        ("order", |raw| raw.base_url = None, "STORE_BASE_URL"),
        ("reports", |raw| raw.identity_public_keys = None, "STORE_IDENTITY_PUBLIC_KEYS"),
        ("edge", |raw| raw.identity_public_keys = None, "STORE_IDENTITY_PUBLIC_KEYS"),
        ("customer", |raw| raw.identity_private_key = None, "STORE_IDENTITY_PRIVATE_KEY"),
        ("customer", |raw| raw.identity_public_keys = Some("E".repeat(43)), "other half"),
        ("catalogue", |raw| raw.csrf_key = None, "STORE_CSRF_KEY"),
        ("edge", |raw| raw.peers = Some("catalogue=http://c".into()), "order=http://host:port"),
        ("edge", |raw| raw.peers = None, "STORE_PEERS"),
        ("order", |raw| raw.peers = None, "sandbox=http://host:port"),
        ("sandbox", |raw| raw.peers = None, "order=http://host:port"),
        ("order", |raw| raw.sandbox_secret_key = None, "STORE_SANDBOX_SECRET_KEY"),
        ("sandbox", |raw| raw.stripe_webhook_secret = None, "STORE_STRIPE_WEBHOOK_SECRET"),
        ("sandbox", |raw| raw.stripe_secret_key = Some("sk".into()), "STORE_STRIPE_SECRET_KEY"),
        ("orders", |_| {}, "STORE_CONTEXTS"),
    ];
    for (contexts, forget, name) in table {
        let mut raw = process(contexts);
        forget(&mut raw);
        let refused = refused(raw);
        assert!(refused.contains(name), "{contexts}: {refused}");
    }
}

#[test]
fn what_a_part_does_not_need_it_need_not_know() {
    let edge = Raw { nats_url: None, identity_private_key: None, sandbox_secret_key: None, ..process("edge") };
    assert!(Settings::checked(edge).is_ok(), "an edge holds no context");
    let catalogue =
        Raw { peers: None, identity_private_key: None, stripe_webhook_secret: None, ..process("catalogue") };
    assert!(Settings::checked(catalogue).is_ok());
    let real = Raw { stripe_secret_key: Some("sk".into()), peers: None, sandbox_secret_key: None, ..process("order") };
    assert!(Settings::checked(real).is_ok(), "real payments need no sandbox");
    let beside = Raw { identity_public_keys: None, csrf_key: None, ..process("sandbox") };
    assert!(Settings::checked(beside).is_ok(), "a sandbox beside a whole shop");
    let public = Raw { base_url: Some("https://shop.example".into()), ..process("catalogue") };
    assert!(Settings::checked(public).is_ok(), "only who takes money must not play with it");
}

#[test]
fn a_broker_that_outsiders_can_reach_needs_credentials() {
    let nats = |url: &str| Raw { nats_url: Some(url.into()), ..process("order") };
    for open in ["nats://10.0.0.5:4222", "nats://nats:4222", "nats://127.0.0.1:4222,nats://b:4222"] {
        let refused = refused(nats(open));
        assert!(
            refused.contains("STORE_NATS_URL") && refused.contains("nothing authenticates us"),
            "{open}: {refused}"
        );
    }
    for well in ["nats://127.0.0.1:4222", "nats://localhost:4222,nats://[::1]:4223", "nats://user:pass@10.0.0.5:4222"] {
        assert!(Settings::checked(nats(well)).is_ok(), "{well}");
    }
    let trusting = Raw { nats_trust_network: Some("on".into()), ..nats("nats://nats:4222") };
    assert!(Settings::checked(trusting).is_ok());
    let file = tempfile::NamedTempFile::new().unwrap();
    let with = |path: &str| Raw { nats_credentials: Some(path.into()), ..nats("nats://nats:4222") };
    assert!(Settings::checked(with(&file.path().display().to_string())).is_ok());
    assert!(refused(with("/no/such/file")).contains("STORE_NATS_CREDENTIALS"));
    let secret = refused(nats("http://user:hunter2@b:4222"));
    assert!(secret.contains("STORE_NATS_URL") && !secret.contains("hunter2"), "{secret}");
}

#[test]
fn what_cannot_be_read_is_refused_by_name_and_secrets_are_not_repeated() {
    let table: &[(Raw, &str)] = &[
        (Raw { peers: Some("order".into()), ..process("edge") }, "STORE_PEERS"),
        (Raw { peers: Some("orders=http://x".into()), ..process("edge") }, "STORE_PEERS"),
        (Raw { peers: Some("order=ftp://x".into()), ..process("edge") }, "STORE_PEERS"),
        (Raw { peers: Some("order=http://x,order=http://y".into()), ..process("edge") }, "twice"),
        (Raw { nats_replicas: Some("9".into()), ..process("order") }, "STORE_NATS_REPLICAS"),
        (Raw { identity_public_keys: Some("x".into()), ..process("order") }, "STORE_IDENTITY_PUBLIC_KEYS"),
        (Raw { database_url: Some("mysql://x:hunter2@y".into()), ..Raw::default() }, "STORE_DATABASE_URL"),
        (Raw { order_database_url: Some("hunter2".into()), ..Raw::default() }, "STORE_ORDER_DATABASE_URL"),
        (Raw { csrf_key: Some("hunter2".into()), ..Raw::default() }, "STORE_CSRF_KEY"),
        (Raw { identity_private_key: Some("hunter2".into()), ..Raw::default() }, "STORE_IDENTITY_PRIVATE_KEY"),
    ];
    for (raw, name) in table {
        let refused = refused(raw.clone());
        assert!(refused.contains(name) && !refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn a_contexts_own_server_wins_over_the_one_for_all() {
    use secrecy::ExposeSecret as _;
    let raw = Raw {
        database_url: Some("postgres://all".into()),
        order_database_url: Some("postgresql://orders".into()),
        ..Raw::default()
    };
    let databases = Settings::checked(raw).unwrap().databases;
    let url = |part| databases.url(part).map(|url| url.expose_secret().to_owned());
    assert_eq!(
        (url(Part::Order).as_deref(), url(Part::Reports).as_deref()),
        (Some("postgresql://orders"), Some("postgres://all"))
    );
    assert!(Settings::checked(Raw::default()).unwrap().databases.url(Part::Order).is_none());
}
