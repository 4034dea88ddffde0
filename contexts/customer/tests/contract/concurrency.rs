//! Many at the same time, at two handles on one database, as two processes would be: what may happen once happens once.

use std::sync::Arc;

use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, crowd, on_two_handles};
use customer::CustomerSettings;
use customer::adapters::outbound::sql::MIGRATIONS;
use customer::application::{Ports, ResetPasswordError, SignUpCommand, UseCases};
use customer::domain::{
    ApiKey, ApiKeyId, Customer, DelayPolicy, Fingerprint, LoginLane, MailToken, NewPassword, PasswordHash, Purpose,
    Session, Token, TokenHash,
};
use customer::ports::{Account, AccountChange, IssueLimit, SessionsAfter};
use customer::testing::suites::TestedStores;
use customer::testing::{PlainHasher, RecordingMailer, a_customer};
use shared_kernel::{Clock, CustomerId, Ids, Role, StoreError, Timestamp};
use uuid::Uuid;

use crate::stores::stores_on;

const CROWD: u64 = 50;

fn noon() -> Timestamp {
    Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
}

fn hash(number: u64) -> TokenHash {
    Token::of(&[u8::try_from(number).unwrap(); 32]).hash()
}

async fn registered(two: &[TestedStores; 2]) -> Customer {
    let (customer, events) = Customer::register(a_customer().parts());
    two[0].accounts.commit(AccountChange::of(customer.clone(), events)).await.unwrap();
    two[1].accounts.find(customer.id()).await.unwrap().unwrap()
}

fn use_cases(stores: &TestedStores, process: u64) -> UseCases {
    let ports = Ports {
        stores: stores.stores.clone(),
        hasher: Arc::new(PlainHasher),
        mailer: Arc::new(RecordingMailer::default()),
        clock: Arc::new(FixedClock::at("2026-11-22T12:00:00Z")) as Arc<dyn Clock>,
        ids: Arc::new(CountingIds::from(process * 1_000_000)) as Arc<dyn Ids>,
    };
    UseCases::new(&ports, &CustomerSettings::default())
}

async fn an_address_gets_one_account(two: [Database; 2]) {
    let two = two.map(stores_on);
    let answers = crowd(CROWD, &two, |stores, number| async move {
        let parts = a_customer().parts();
        let password = NewPassword::parse(&"correct horse".into()).unwrap();
        let command =
            SignUpCommand { email: parts.email, password, name: parts.name, shipping_address: parts.shipping_address };
        use_cases(&stores, number).sign_up.execute(command).await.map(|customer| customer.id())
    });
    let asked: Vec<CustomerId> = answers.await.into_iter().map(Result::unwrap).collect();
    let kept = two[0].accounts.find_by_email(a_customer().build().email()).await.unwrap().unwrap();
    assert_eq!(asked.iter().filter(|id| **id == kept.id()).count(), 1, "all are answered alike, one has the account");
    let facts = two[1].outbox.after(0, 100, None).await.unwrap();
    assert_eq!(facts.len(), 1, "and one is heard of");
}

async fn a_mailed_token_is_spent_once(two: [Database; 2]) {
    let two = two.map(stores_on);
    let aroha = registered(&two).await;
    let (token, now) = (Token::of(&[7; 32]), noon());
    let expires_at = now.plus(std::time::Duration::from_hours(1));
    let purpose = Purpose::ResetPassword;
    let mailed = MailToken { hash: token.hash(), customer: aroha.id(), purpose, issued_at: now, expires_at };
    assert!(two[0].tokens.issue(mailed, IssueLimit { at_most: 1, since: now }).await.unwrap());
    let answers = crowd(CROWD, &two, |stores, number| {
        let token = token.clone();
        async move {
            let password = NewPassword::parse(&format!("tüte kiwi {number}").into()).unwrap();
            let reset = use_cases(&stores, number).reset_password.execute(token.reveal(), &password, None).await;
            reset.map(|_| format!("plain:tüte kiwi {number}"))
        }
    });
    let (spent, refused): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(Result::is_ok);
    assert!(refused.iter().all(|answer| matches!(answer, Err(ResetPasswordError::InvalidToken))), "{refused:?}");
    let spent: Vec<String> = spent.into_iter().flatten().collect();
    let aroha = two[1].accounts.find(aroha.id()).await.unwrap().unwrap();
    assert_eq!(spent, [aroha.password().as_str()], "the one who was told so has the password");
}

async fn no_more_links_are_mailed_than_the_limit_allows(two: [Database; 2]) {
    let two = two.map(stores_on);
    let aroha = registered(&two).await.id();
    let answers = crowd(CROWD, &two, |stores, number| async move {
        let token = MailToken {
            hash: hash(number),
            customer: aroha,
            purpose: Purpose::VerifyEmail,
            issued_at: noon(),
            expires_at: noon(),
        };
        let limit = IssueLimit { at_most: 5, since: Timestamp::from_micros(0) };
        stores.tokens.issue(token, limit).await.unwrap()
    });
    assert_eq!(answers.await.into_iter().filter(|issued| *issued).count(), 5);
}

async fn failed_logins_are_counted_together(two: [Database; 2]) {
    let two = two.map(stores_on);
    let policy = DelayPolicy::default();
    for round in 0..4 {
        let who = format!("guess {round}");
        let answers = crowd(CROWD, &two, |stores, _| {
            let lane = LoginLane::network(&Fingerprint::of(&who), "192.0.2.1");
            async move { stores.delays.charge(&lane, policy, noon()).await.unwrap() }
        });
        assert_eq!(answers.await.into_iter().flatten().count(), policy.free as usize, "in round {round}");
    }
}

async fn of_many_changes_of_one_version_one_is_kept(two: [Database; 2]) {
    let two = two.map(stores_on);
    let aroha = registered(&two).await;
    let answers = crowd(CROWD, &two, |stores, number| {
        let (changed, events) = aroha.clone().change_password(PasswordHash::new(format!("password {number}")));
        async move { stores.accounts.commit(AccountChange::of(changed, events)).await }
    });
    let answers = answers.await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(()) | Err(StoreError::Stale))), "{answers:?}");
}

async fn no_session_outlives_the_password_that_it_began_with(two: [Database; 2]) {
    let two = two.map(stores_on);
    let mut aroha = registered(&two).await;
    for round in 0..5 {
        let (known, owner) = (aroha.password().clone(), aroha.id());
        let (changed, events) = aroha.clone().change_password(PasswordHash::new(format!("password {round}")));
        let change = AccountChange { sessions: SessionsAfter::End, ..AccountChange::of(changed, events) };
        let answers = crowd(CROWD, &two, |stores, number| {
            let (known, change) = (known.clone(), change.clone());
            async move {
                if number == CROWD / 2 {
                    stores.accounts.commit(change).await.unwrap();
                }
                stores.sessions.open(Session::start(hash(number), owner, noon()), &known, None).await
            }
        });
        let answers = answers.await;
        assert!(answers.iter().all(|answer| matches!(answer, Ok(()) | Err(StoreError::Stale))), "{answers:?}");
        for number in 1..=CROWD {
            let found = two[0].sessions.identify(&hash(number)).await.unwrap();
            assert_eq!(found, None, "session {number} of round {round} is alive");
        }
        aroha = two[0].accounts.find(owner).await.unwrap().unwrap();
    }
}

fn key(number: u64, owner: CustomerId) -> ApiKey {
    ApiKey {
        id: ApiKeyId::new(Uuid::from_u128(number.into())),
        owner,
        label: "till".to_owned(),
        role: Role::Customer,
        secret: hash(number),
        created_at: noon(),
        expires_at: None,
        revoked_at: None,
    }
}

async fn nothing_of_an_erased_customer_is_left(two: [Database; 2]) {
    let two = two.map(stores_on);
    for round in 1..=5 {
        let (aroha, events) = Customer::register(a_customer().number(round).parts());
        let (owner, known) = (aroha.id(), aroha.password().clone());
        two[0].accounts.commit(AccountChange::of(aroha, events)).await.unwrap();
        let (erased, events) = two[0].accounts.find(owner).await.unwrap().unwrap().erase(noon()).unwrap();
        let (account, sessions) = (Account::Erased(erased), SessionsAfter::End);
        let change = AccountChange { account, events, tasks: vec![], sessions, spent: None };
        let answers = crowd(CROWD, &two, |stores, number| {
            let (known, change) = (known.clone(), change.clone());
            async move {
                match number % 3 {
                    _ if number == CROWD / 2 => stores.accounts.commit(change).await,
                    0 => stores.sessions.open(Session::start(hash(number), owner, noon()), &known, None).await,
                    1 => stores.keys.add(key(number, owner)).await,
                    _ => {
                        let (hash, purpose) = (hash(number), Purpose::VerifyEmail);
                        let token = MailToken { hash, customer: owner, purpose, issued_at: noon(), expires_at: noon() };
                        stores.tokens.issue(token, IssueLimit { at_most: 99, since: noon() }).await.map(|_| ())
                    }
                }
            }
        });
        let answers = answers.await;
        assert!(answers.iter().all(|answer| matches!(answer, Ok(()) | Err(StoreError::Stale))), "{answers:?}");
        assert_eq!(two[0].accounts.find(owner).await.unwrap(), None);
        assert_eq!(two[0].keys.list().await.unwrap(), [], "in round {round}");
        for number in 1..=CROWD {
            assert_eq!(two[0].tokens.find(&hash(number), Purpose::VerifyEmail).await.unwrap(), None);
        }
    }
}

on_two_handles! {
    "customer", MIGRATIONS:
    an_address_gets_one_account
    a_mailed_token_is_spent_once
    no_more_links_are_mailed_than_the_limit_allows
    failed_logins_are_counted_together
    of_many_changes_of_one_version_one_is_kept
    no_session_outlives_the_password_that_it_began_with
    nothing_of_an_erased_customer_is_left
}
