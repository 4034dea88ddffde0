//! Mails that go wrong, come late or are asked for too often; on use cases over memory.

use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::memory::MemoryRecorder;
use chassis::testing::{CountingIds, FixedClock};
use customer::CustomerSettings;
use customer::application::{MailOrder, Ports, SignUpCommand, Stores, UseCases, VerifyEmailError};
use customer::domain::{EmailAddress, NewPassword, Token};
use customer::ports::{Accounts, Letter, MailingError};
use customer::testing::{MemoryCustomers, PlainHasher, RecordingMailer, a_customer};
use secrecy::SecretString;
use shared_kernel::Clock;

struct World {
    use_cases: UseCases,
    store: Arc<MemoryCustomers>,
    recorder: MemoryRecorder,
    mailer: Arc<RecordingMailer>,
    clock: Arc<FixedClock>,
}

fn password() -> SecretString {
    "correct horse".to_owned().into()
}

fn world() -> World {
    let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    let ids = Arc::new(CountingIds::default());
    let recorder = MemoryRecorder::new("customer", clock.clone(), ids.clone());
    let store = Arc::new(MemoryCustomers::new(recorder.clone()));
    let mailer = Arc::new(RecordingMailer::default());
    let ports = Ports {
        stores: Stores::of(&store),
        hasher: Arc::new(PlainHasher),
        mailer: mailer.clone(),
        clock: clock.clone(),
        ids,
    };
    let use_cases = UseCases::new(&ports, &CustomerSettings::default());
    World { use_cases, store, recorder, mailer, clock }
}

impl World {
    async fn sign_up(&self) {
        let parts = a_customer().parts();
        let password = NewPassword::parse(&password()).unwrap();
        let (email, name, shipping_address) = (parts.email, parts.name, parts.shipping_address);
        self.use_cases.sign_up.execute(SignUpCommand { email, password, name, shipping_address }).await.unwrap();
    }

    /// Carries the newest order out.
    async fn work(&self) -> Result<bool, String> {
        let task = self.recorder.tasks().pop().unwrap();
        let order: MailOrder = serde_json::from_value(task.payload).unwrap();
        self.use_cases.send_account_mail.execute(&order, &task.key).await.map_err(|error| error.to_string())
    }

    async fn verified(&self) -> bool {
        let email = EmailAddress::parse("aroha@example.org").unwrap();
        self.store.find_by_email(&email).await.unwrap().unwrap().is_verified()
    }
}

#[tokio::test]
async fn the_order_to_write_holds_no_secret_and_no_address() {
    let world = world();
    world.sign_up().await;
    assert_eq!(world.work().await, Ok(true));
    let token = world.mailer.newest_token().unwrap();
    let kept = format!("{:?} {:?}", world.recorder.tasks(), world.recorder.events());
    let order = format!("{:?}", world.recorder.tasks());
    assert!(!kept.contains(token.reveal()) && !order.contains("aroha"), "{order}");
}

#[tokio::test]
async fn a_mail_that_could_not_go_is_written_again_under_its_old_name() {
    let world = world();
    world.sign_up().await;
    for _ in 0..20 {
        world.mailer.fail_once(MailingError::Unavailable("the server sleeps".into()));
        assert_eq!(world.work().await, Err("the mail could not be handed over".to_owned()));
    }
    assert_eq!(world.work().await, Ok(true), "failures do not use up the hour's links");
    let repeated = world.work().await;
    assert_eq!(repeated, Ok(true), "a crash after the sending repeats it");
    let sent = world.mailer.sent();
    assert_eq!((sent.len(), &sent[0].key), (2, &sent[1].key), "the same mail");
    for mail in sent {
        let Letter::VerifyEmail(token) = mail.letter else { panic!("another letter") };
        world.use_cases.verify_email.execute(token.reveal(), &password()).await.unwrap();
    }
    assert!(world.verified().await);
    assert_eq!(world.work().await, Ok(false), "who is verified needs no link");
}

#[tokio::test]
async fn the_owner_of_an_address_does_not_confirm_the_account_of_an_outsider_but_can_take_it_over() {
    let world = world();
    world.sign_up().await;
    world.work().await.unwrap();
    let token = world.mailer.newest_token().unwrap();
    let guessed = world.use_cases.verify_email.execute(token.reveal(), &"my own password".to_owned().into()).await;
    assert!(matches!(guessed, Err(VerifyEmailError::WrongPassword)), "{guessed:?}");
    assert!(!world.verified().await);
    world.use_cases.request_mail.password_reset("aroha@example.org").await.unwrap();
    world.work().await.unwrap();
    let token = world.mailer.newest_token().unwrap();
    let own = NewPassword::parse(&"my own password".into()).unwrap();
    world.use_cases.reset_password.execute(token.reveal(), &own, None).await.unwrap();
    assert!(world.verified().await);
}

#[tokio::test]
async fn a_verification_link_lasts_a_day() {
    let world = world();
    world.sign_up().await;
    world.work().await.unwrap();
    let token = world.mailer.newest_token().unwrap();
    world.clock.advance(Duration::from_secs(86_400 - 1));
    world.use_cases.verify_email.execute(token.reveal(), &password()).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    let late = world.use_cases.verify_email.execute(token.reveal(), &password()).await;
    assert!(matches!(late, Err(VerifyEmailError::InvalidToken)), "{late:?}");
}

#[tokio::test]
async fn a_link_serves_its_own_purpose_only() {
    let world = world();
    world.sign_up().await;
    world.use_cases.request_mail.password_reset("aroha@example.org").await.unwrap();
    world.work().await.unwrap();
    let token = world.mailer.newest_token().unwrap();
    assert!(world.use_cases.verify_email.execute(token.reveal(), &password()).await.is_err());
    let password = NewPassword::parse(&"another password".into()).unwrap();
    let unknown = Token::of(&[1; 32]);
    assert!(world.use_cases.reset_password.execute(unknown.reveal(), &password, None).await.is_err());
    world.clock.advance(Duration::from_hours(1));
    assert!(world.use_cases.reset_password.execute(token.reveal(), &password, None).await.is_err(), "an hour is over");
    assert!(!world.verified().await);
    world.use_cases.request_mail.password_reset("aroha@example.org").await.unwrap();
    world.work().await.unwrap();
    let fresh = world.mailer.newest_token().unwrap();
    world.use_cases.reset_password.execute(fresh.reveal(), &password, None).await.unwrap();
    assert!(world.verified().await, "who reads our mail has the address");
}

#[tokio::test]
async fn nobodys_mailbox_is_flooded() {
    let world = world();
    world.sign_up().await;
    let mut went = vec![];
    for _ in 0..8 {
        world.use_cases.request_mail.password_reset("aroha@example.org").await.unwrap();
        went.push(world.work().await.unwrap());
    }
    assert_eq!(went, [true, true, true, true, true, false, false, false]);
    world.clock.advance(Duration::from_hours(1));
    world.use_cases.request_mail.password_reset("aroha@example.org").await.unwrap();
    assert_eq!(world.work().await, Ok(true));
    world.use_cases.request_mail.password_reset("nobody@example.org").await.unwrap();
    assert_eq!(world.work().await, Ok(false), "an order to write to nobody is carried out by writing to nobody");
    assert!(world.clock.now() > a_customer().build().registered_at());
}
