//! What is believed, and everything that is not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use shared_kernel::Role;
use uuid::Uuid;

use super::*;
use crate::testing::somebody;

const NOON: i64 = 1_795_348_800;

/// A clock this many seconds after noon.
struct At(i64);

impl Clock for At {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros((NOON + self.0) * 1_000_000)
    }
}

fn key(number: u8) -> PrivateKey {
    PrivateKey::parse(&URL_SAFE_NO_PAD.encode([number; 32])).unwrap()
}

fn signer(number: u8) -> Signer {
    Signer::new(&key(number), Arc::new(At(0)))
}

fn verifier(numbers: &[u8], seconds: i64) -> Verifier {
    let keys: Vec<PublicKey> = numbers.iter().map(|number| key(*number).public()).collect();
    Verifier::new(&keys, Arc::new(At(seconds)))
}

fn signed() -> String {
    signer(1).sign(&somebody(7, Role::Staff), CredentialKind::Bearer).unwrap()
}

fn refused(token: &str) -> Refused {
    verifier(&[1], 0).verify(token).unwrap_err()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Signed with the right key, whatever it says.
fn truly_signed(header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes())))
}

#[test]
fn what_was_signed_is_believed_word_for_word() {
    let read = verifier(&[1], 0).verify(&signed()).unwrap();
    assert_eq!(read, (somebody(7, Role::Staff), CredentialKind::Bearer));
}

#[test]
fn the_claims_are_those_agreed_on() {
    let id = Uuid::from_u128(7).to_string();
    assert_eq!(
        claims(&signed()),
        json!({
            "iss": "customer", "aud": "store", "sub": id, "iat": NOON, "exp": NOON + 60, "by": "bearer",
            "customer": id, "first_name": "Person 7", "email": "person7@example.test", "verified": true, "role": "staff",
        })
    );
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(signed().split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(header["alg"], "EdDSA");
}

#[test]
fn it_is_good_for_a_minute_and_the_difference_of_two_clocks() {
    assert!(verifier(&[1], 69).verify(&signed()).is_ok());
    assert_eq!(verifier(&[1], 70).verify(&signed()).unwrap_err(), Refused::Expired);
    assert!(verifier(&[1], -3_600).verify(&signed()).is_ok(), "a clock that is behind shuts nobody out");
}

#[test]
fn an_identity_changed_to_admin_is_refused() {
    let token = signed();
    let parts: Vec<&str> = token.split('.').collect();
    let mut better = claims(&token);
    better["role"] = "admin".into();
    assert_eq!(refused(&format!("{}.{}.{}", parts[0], part(&better), parts[2])), Refused::Signature);
}

#[test]
fn another_key_counts_for_nothing_unless_it_is_one_of_ours() {
    let other = signer(2).sign(&somebody(7, Role::Admin), CredentialKind::Bearer).unwrap();
    assert_eq!(refused(&other), Refused::Signature);
    assert!(verifier(&[1, 2], 0).verify(&other).is_ok(), "while keys are being changed both count");
    assert_eq!(verifier(&[], 0).verify(&other).unwrap_err(), Refused::Signature);
}

#[test]
fn no_signature_is_no_signature() {
    for header in [json!({"alg": "none"}), json!({"alg": "None", "typ": "JWT"}), json!({"typ": "JWT"})] {
        for signature in ["", "AAAA"] {
            let token = format!("{}.{}.{signature}", part(&header), part(&claims(&signed())));
            assert_eq!(refused(&token), Refused::Unreadable, "{header}");
        }
    }
}

#[test]
fn the_public_key_is_no_secret_to_sign_with() {
    let public = key(1).public();
    for secret in [public.bytes().to_vec(), public.to_string().into_bytes()] {
        let message = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(&claims(&signed())));
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        mac.update(message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        assert_eq!(refused(&token), Refused::Algorithm);
    }
}

#[test]
fn a_token_for_somebody_else_or_by_somebody_else_is_not_for_us() {
    let eddsa = json!({"alg": "EdDSA"});
    for (claim, value) in [("aud", "another store"), ("iss", "order")] {
        let mut wrong = claims(&signed());
        wrong[claim] = value.into();
        assert_eq!(refused(&truly_signed(&eddsa, &wrong)), Refused::Audience, "{claim}");
    }
    for claim in ["iss", "aud", "sub", "exp", "iat", "by", "customer", "role"] {
        let mut wrong = claims(&signed());
        wrong.as_object_mut().unwrap().remove(claim);
        assert_eq!(refused(&truly_signed(&eddsa, &wrong)), Refused::Unreadable, "without {claim}");
    }
    let mut two = claims(&signed());
    two["customer"] = Uuid::from_u128(8).to_string().into();
    assert_eq!(refused(&truly_signed(&eddsa, &two)), Refused::Unreadable, "one person only");
    assert!(verifier(&[1], 0).verify(&truly_signed(&eddsa, &claims(&signed()))).is_ok());
}

#[test]
fn what_is_no_token_at_all_is_refused() {
    for nonsense in ["", ".", "..", "...", "a.b.c", "Bearer x", &"a".repeat(5_000), &format!("{}.x", signed())] {
        assert_eq!(refused(nonsense), Refused::Unreadable, "{nonsense:?}");
    }
}

#[test]
fn keys_are_written_as_settings_and_a_private_one_is_never_shown() {
    let made = PrivateKey::generate(&chassis_system::SystemIds).unwrap();
    let read = PrivateKey::parse(&made.to_text()).unwrap();
    assert_eq!(read.public(), PublicKey::parse(&made.public().to_string()).unwrap());
    assert!(!format!("{made:?}").contains(&made.to_text()));
    for wrong in ["", "short", &"A".repeat(44), "ä"] {
        assert!(PrivateKey::parse(wrong).is_err() && PublicKey::parse(wrong).is_err(), "{wrong:?}");
    }
}
