//! What every adapter owes of the ports around a login; see [`suites`](super::suites).
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a suite is a test that runs elsewhere")]

use std::sync::Arc;

use shared_kernel::{CustomerId, StoreError};

use super::a_customer;
use super::suites::{TestedStores, hash, later, noon};
use crate::domain::{BegunFrom, DelayPolicy, Delayed, Fingerprint, LoginLane, PasswordHash, Session, TotpSecret};
use crate::ports::{Account, AccountChange, Confirmation, LoginChallenge, MAX_DEVICES, Proof, SessionsAfter};

/// Networks are counted by themselves, and their first attempts together.
pub async fn network_delays(stores: TestedStores) {
    let policy = DelayPolicy { free: 2, free_everywhere: 5, ..DelayPolicy::default() };
    let account = Fingerprint::of("aroha@example.org");
    let charge = |network: &'static str, at| {
        let (delays, lane) = (Arc::clone(&stores.delays), LoginLane::network(&account, network));
        async move { delays.charge(&lane, policy, at).await.unwrap().map_err(Delayed::seconds) }
    };
    for network in ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"] {
        assert_eq!(charge(network, noon()).await, Ok(()));
    }
    assert_eq!(charge("192.0.2.1", noon()).await, Err(1), "this network has to wait");
    assert_eq!(charge("192.0.2.1", later(1)).await, Ok(()), "and that does not count for all");
    assert_eq!(charge("192.0.2.3", later(1)).await, Ok(()), "the fifth of all");
    assert_eq!(charge("192.0.2.4", later(1)).await, Err(1), "now every new network has to wait");
    let own = LoginLane::own(&account, &hash(1));
    assert_eq!(stores.delays.charge(&own, policy, later(1)).await.unwrap(), Ok(()), "but no browser that is known");
    stores.delays.forget(&LoginLane::network(&account, "192.0.2.1")).await.unwrap();
    assert_eq!(charge("192.0.2.1", later(1)).await, Err(1), "a success forgets nobody else's failures");
}

/// Sessions are listed for their owner, tell where they were begun, and keep that the owner has confirmed them.
pub async fn confirmed_sessions(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await;
    let begun_from = BegunFrom { address: "192.0.2.1".to_owned(), agent: "a browser".to_owned() };
    let first = Session { begun_from, ..Session::start(hash(1), aroha.id(), noon()) };
    let second = Session { second_factor: true, ..Session::start(hash(2), aroha.id(), later(5)) };
    for session in [&first, &second] {
        stores.sessions.open(session.clone(), aroha.password(), None).await.unwrap();
    }
    assert_eq!(stores.sessions.list(aroha.id()).await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(stores.sessions.list(CustomerId::new(uuid::Uuid::nil())).await.unwrap(), []);
    let confirm = |second_factor| Some(Confirmation { second_factor });
    stores.sessions.touch(&hash(1), later(60), confirm(false)).await.unwrap();
    stores.sessions.touch(&hash(2), later(60), confirm(false)).await.unwrap();
    let found = stores.sessions.list(aroha.id()).await.unwrap();
    assert!(found.iter().all(|session| session.confirmed_at == later(60) && session.last_seen == later(60)));
    assert_eq!(found.iter().map(|session| session.second_factor).collect::<Vec<_>>(), [true, false], "it stays shown");
    stores.sessions.touch(&hash(1), later(70), confirm(true)).await.unwrap();
    let (session, _) = stores.sessions.identify(&hash(1)).await.unwrap().unwrap();
    assert!(session.second_factor && session.confirmed_at == later(70), "and holds at once");
}

/// Browsers are known by account, so many of each and no more, until the account is erased.
pub async fn known_devices(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await;
    let other = stores.registered(a_customer().number(2).build()).await;
    let devices = &stores.devices;
    assert!(!devices.is_ours(&hash(1)).await.unwrap());
    devices.remember(&hash(1), aroha.id(), noon()).await.unwrap();
    assert!(devices.knows(&hash(1), aroha.id()).await.unwrap() && devices.is_ours(&hash(1)).await.unwrap());
    assert!(!devices.knows(&hash(1), other.id()).await.unwrap(), "of another account");
    devices.remember(&hash(1), other.id(), noon()).await.unwrap();
    assert!(devices.knows(&hash(1), other.id()).await.unwrap(), "one browser may be known at two");
    devices.remember(&hash(9), CustomerId::new(uuid::Uuid::nil()), noon()).await.unwrap();
    assert!(!devices.is_ours(&hash(9)).await.unwrap(), "of nobody's account");

    for number in 0..MAX_DEVICES {
        let number = u8::try_from(number).unwrap();
        devices.remember(&hash(100 + number), aroha.id(), later(u64::from(number) + 1)).await.unwrap();
    }
    assert!(!devices.knows(&hash(1), aroha.id()).await.unwrap(), "the one that was unused for longest");
    assert!(devices.knows(&hash(100), aroha.id()).await.unwrap());
    let (erased, events) = other.erase(later(9)).unwrap();
    let change = AccountChange {
        account: Account::Erased(erased),
        events,
        tasks: vec![],
        sessions: SessionsAfter::End,
        spent: None,
    };
    stores.commit(change).await;
    assert!(!devices.is_ours(&hash(1)).await.unwrap(), "erased with the account");
}

/// A second factor is begun, confirmed once, and its codes are used once each.
pub async fn second_factors(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await.id();
    let (factors, secret) = (&stores.factors, TotpSecret::of(&[7; 32]));
    assert_eq!(factors.find(aroha).await.unwrap(), None);
    let nobody = factors.begin(CustomerId::new(uuid::Uuid::nil()), &secret, noon()).await;
    assert!(matches!(nobody, Err(StoreError::Stale)), "{nobody:?}");
    factors.begin(aroha, &TotpSecret::of(&[6; 32]), noon()).await.unwrap();
    factors.begin(aroha, &secret, noon()).await.unwrap();
    let begun = factors.find(aroha).await.unwrap().unwrap();
    assert_eq!((begun.confirmed, begun.secret), (false, secret.clone()), "the newer one, asked for nowhere yet");
    assert!(!factors.spend(aroha, &Proof::Step(9)).await.unwrap());

    assert!(factors.confirm(aroha, 10, vec![hash(1), hash(2)], noon()).await.unwrap());
    assert!(!factors.confirm(aroha, 11, vec![hash(3)], noon()).await.unwrap(), "once");
    let again = factors.begin(aroha, &secret, noon()).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let spent = |proof| async move { factors.spend(aroha, &proof).await.unwrap() };
    assert!(!spent(Proof::Step(10)).await && spent(Proof::Step(12)).await && !spent(Proof::Step(12)).await);
    assert!(!spent(Proof::Step(11)).await, "an older one than was used");
    assert!(spent(Proof::Recovery(hash(1))).await && !spent(Proof::Recovery(hash(1))).await);
    assert!(!spent(Proof::Recovery(hash(3))).await, "never given out");

    assert!(factors.remove(aroha).await.unwrap() && !factors.remove(aroha).await.unwrap());
    assert!(factors.find(aroha).await.unwrap().is_none() && !spent(Proof::Recovery(hash(2))).await);
}

/// A login waits for its code until it is ended, or until there is another password.
pub async fn login_challenges(stores: TestedStores) {
    let aroha = stores.registered(a_customer().build()).await;
    let open = |number: u8, proven: &PasswordHash| LoginChallenge {
        hash: hash(number),
        customer: aroha.id(),
        proven: proven.clone(),
        expires_at: later(600),
    };
    let (first, second) = (open(1, aroha.password()), open(2, aroha.password()));
    stores.challenges.open(&first).await.unwrap();
    stores.challenges.open(&second).await.unwrap();
    assert_eq!(stores.challenges.find(&hash(1)).await.unwrap(), Some(first));
    stores.challenges.end(&hash(1)).await.unwrap();
    assert_eq!(stores.challenges.find(&hash(1)).await.unwrap(), None);
    let (changed, events) = aroha.clone().change_password(PasswordHash::new("plain:another"));
    stores.commit(AccountChange::of(changed, events)).await;
    assert_eq!(stores.challenges.find(&hash(2)).await.unwrap(), None, "a new password ends it");
    let late = stores.challenges.open(&open(3, aroha.password())).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
}
