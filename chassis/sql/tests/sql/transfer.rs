//! Rows move from one engine to the other and back, and are the same.

use std::sync::Arc;

use chassis_messaging::{Inbox as _, Outbox as _, Progress, Record, Recorder, SqlMessages};
use chassis_sql::params;
use chassis_sql::transfer::{
    Location, RESTORED, RESTORED_AT, Snapshot, Standing, Target, TransferError, WriteLock, is_unfinished,
    problems_in_file,
};
use chassis_sql::{Database, Dialect, Migration, Tx};
use chassis_testing::{CountingIds, FixedClock, shared_cluster};
use shared_kernel::{ConsumerName, Destination, EventDraft, StoreError, Timestamp};

const THINGS: &[Migration] = &[Migration {
    version: 1,
    name: "things",
    sqlite: "CREATE TABLE shelf (name TEXT PRIMARY KEY, derived_things INTEGER NOT NULL DEFAULT 0) STRICT;
        INSERT INTO shelf (name) VALUES ('all');
        CREATE TABLE thing (name TEXT PRIMARY KEY, size INTEGER, picture BLOB) STRICT;
        CREATE TRIGGER thing_made AFTER INSERT ON thing BEGIN
            UPDATE shelf SET derived_things = derived_things + 1;
        END;
        CREATE TABLE counter (one INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;
        CREATE VIRTUAL TABLE thing_search USING fts5 (name);
        INSERT INTO counter (one, next) VALUES (1, 100);",
    postgres: "CREATE TABLE shelf (name TEXT PRIMARY KEY, derived_things BIGINT NOT NULL DEFAULT 0);
        INSERT INTO shelf (name) VALUES ('all');
        CREATE FUNCTION count_things() RETURNS trigger LANGUAGE plpgsql AS $count$ BEGIN
            UPDATE shelf SET derived_things = derived_things + 1;
            RETURN NULL;
        END $count$;
        CREATE TABLE thing (name TEXT PRIMARY KEY, size BIGINT, picture BYTEA);
        CREATE TRIGGER thing_made AFTER INSERT ON thing FOR EACH ROW EXECUTE FUNCTION count_things();
        CREATE TABLE counter (one BIGINT PRIMARY KEY, next BIGINT NOT NULL);
        CREATE TABLE thing_search (name TEXT PRIMARY KEY REFERENCES thing (name));
        CREATE SEQUENCE counted AS BIGINT MINVALUE 0 START WITH 0 OWNED BY counter.next;
        INSERT INTO counter (one, next) VALUES (1, 100);",
}];

struct Place {
    location: Location,
    database: Database,
}

impl Place {
    fn target(&self) -> Target {
        Target::new(self.location.clone(), "things", THINGS)
    }
}

async fn file(folder: &tempfile::TempDir, name: &str) -> Place {
    let path = folder.path().join(name);
    let database = Database::sqlite(&path).await.unwrap();
    database.migrate("things", THINGS).await.unwrap();
    Place { location: Location::File(path), database }
}

async fn schema(name: &str) -> Option<Place> {
    let settings = shared_cluster(name)?;
    let database = Database::postgres(&settings).await.unwrap();
    database.migrate("things", THINGS).await.unwrap();
    Some(Place { location: Location::Schema(settings), database })
}

/// Takes the next number of a counter that each engine keeps in its own way.
async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "UPDATE counter SET next = next + 1 RETURNING next - 1 AS number",
        Dialect::Postgres => "SELECT next + nextval('counted') AS number FROM counter",
    };
    tx.fetch(sql, params![]).await?[0].get("number")
}

/// Things with names that sort differently in different languages, facts, a message, a task and progress.
async fn fill(database: &Database) {
    let (clock, ids) = (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()));
    let recorder = Recorder::new("things", clock.clone(), ids);
    for (number, name) in (0_i64..).zip(["b", "B", "a", "\u{e4}", "Z", "_", "z z", ""]) {
        let recorder = recorder.clone();
        let size = (number % 3 != 0).then_some(number << 40);
        let job = database.write(move |tx| {
            let recorder = recorder.clone();
            Box::pin(async move {
                let picture = vec![0_u8, 255, u8::try_from(number).unwrap()];
                let sql = "INSERT INTO thing (name, size, picture) VALUES ($1, $2, $3)";
                tx.execute(sql, params![name, size, picture]).await?;
                count(tx).await?;
                let events = vec![EventDraft::new("store.things.made.v1", format!("s{}", number % 2), &name)];
                recorder.record(tx, Record { events, ..Record::default() }).await
            })
        });
        job.await.unwrap();
    }
    let messages = SqlMessages::new(database.clone(), clock);
    let facts = messages.after(0, 100, None).await.unwrap();
    let facts: Vec<_> = facts.into_iter().filter_map(|row| row.envelope).collect();
    messages.accept(ConsumerName::new("listener"), &facts).await.unwrap();
}

/// The next fact that the context states.
async fn state_late(database: &Database) {
    let (clock, ids) = (Arc::new(FixedClock::at("2026-11-22T13:00:00Z")), Arc::new(CountingIds::from(1_000_000)));
    let recorder = Recorder::new("things", clock, ids);
    let job = database.write(move |tx| {
        let recorder = recorder.clone();
        Box::pin(async move {
            let events = vec![EventDraft::new("store.things.made.v1", "s1", &"late")];
            recorder.record(tx, Record { events, ..Record::default() }).await
        })
    });
    job.await.unwrap();
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T08:00:00Z").unwrap()
}

fn messages(database: &Database) -> SqlMessages {
    SqlMessages::new(database.clone(), Arc::new(FixedClock::at("2026-11-22T12:00:00Z")))
}

async fn a_journey_leaves_everything_as_it_was(from: &Place, to: &Place) {
    fill(&from.database).await;
    let (sales, served) = (Destination::new("reports/sales"), Progress { position: 5, epoch: 3, tip: 4 });
    messages(&from.database).restart(&sales, served.epoch).await.unwrap();
    messages(&from.database).advance(&sales, served).await.unwrap();
    let (mut source, target) = (Snapshot::pin(&from.location).await.unwrap(), to.target());
    assert_eq!(target.look("a test").await.unwrap(), Standing::New);
    target.take("a journey").await.unwrap();
    assert!(is_unfinished(&to.database).await.unwrap());
    let moved = target.fill(&mut source).await.unwrap();
    let counts: Vec<(&str, u64)> = moved.iter().map(|table| (table.table.as_str(), table.rows)).collect();
    for expected in [("thing", 8), ("counter", 1), ("outbox", 8), ("inbox", 8)] {
        assert!(counts.contains(&expected), "{expected:?} in {counts:?}");
    }
    assert_eq!(target.look("a test").await.unwrap(), Standing::Unfinished);
    target.take("a journey").await.unwrap();
    assert_eq!(target.fill(&mut source).await.unwrap(), moved, "begun again, it finds everything there");
    target.is_filled("a journey").await.unwrap();
    assert!(is_unfinished(&to.database).await.unwrap(), "others may not be filled yet");
    assert_eq!(target.look("a journey").await.unwrap(), Standing::Filled);
    let other = target.look("another journey").await;
    assert!(matches!(&other, Err(TransferError::Other(first)) if first == "a journey"), "{other:?}");
    let derived = to.database.read(|tx| Box::pin(tx.fetch("SELECT derived_things FROM shelf", params![])));
    assert_eq!(
        derived.await.unwrap()[0].get::<i64>("derived_things").unwrap(),
        8,
        "triggers have counted what arrived"
    );
    target.finish().await.unwrap();
    target.finish().await.unwrap();
    assert_eq!(messages(&to.database).progress(&sales).await.unwrap(), served, "what was carried is not carried again");
    assert!(!is_unfinished(&to.database).await.unwrap());
    // It goes on where the source stood: the next fact comes behind the others, the next message as well.
    let (before, last) = (messages(&to.database), 8);
    assert_eq!(before.after(0, 100, None).await.unwrap().last().unwrap().position, last);
    assert_eq!(to.database.write(|tx| Box::pin(count(tx))).await.unwrap(), 108);
    state_late(&to.database).await;
    let late = before.after(last, 100, None).await.unwrap();
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].envelope.as_ref().unwrap().sequence, 5);
    let refused = target.look("a test").await;
    assert!(matches!(refused, Err(TransferError::NotEmpty(_))), "{refused:?}");
}

#[tokio::test]
async fn from_sqlite_to_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let Some(to) = schema("moved_in").await else { return };
    a_journey_leaves_everything_as_it_was(&file(&folder, "from.db").await, &to).await;
}

#[tokio::test]
async fn from_postgres_to_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let Some(from) = schema("moved_out").await else { return };
    a_journey_leaves_everything_as_it_was(&from, &file(&folder, "to.db").await).await;
}

#[tokio::test]
async fn from_sqlite_to_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_journey_leaves_everything_as_it_was(&file(&folder, "from.db").await, &file(&folder, "to.db").await).await;
}

async fn what_an_interruption_has_left_is_replaced(from: &Place, to: &Place) {
    fill(&from.database).await;
    let target = to.target();
    target.take("one").await.unwrap();
    target.fill(&mut Snapshot::pin(&from.location).await.unwrap()).await.unwrap();
    let index = "INSERT INTO thing_search (name) SELECT name FROM thing";
    to.database.write(move |tx| Box::pin(async move { tx.execute(index, params![]).await })).await.unwrap();
    state_late(&from.database).await;
    target.take("another").await.unwrap();
    let moved = target.fill(&mut Snapshot::pin(&from.location).await.unwrap()).await.unwrap();
    assert!(moved.iter().any(|table| table.table == "outbox" && table.rows == 9));
}

#[tokio::test]
async fn what_an_interruption_has_left_in_a_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (file(&folder, "from.db").await, file(&folder, "to.db").await);
    what_an_interruption_has_left_is_replaced(&from, &to).await;
}

#[tokio::test]
async fn what_an_interruption_has_left_in_a_schema_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let Some(to) = schema("left_over").await else { return };
    what_an_interruption_has_left_is_replaced(&file(&folder, "from.db").await, &to).await;
}

#[tokio::test]
async fn a_place_where_nothing_is_yet_is_new_and_stays_so_when_it_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.db");
    let target = Target::new(Location::File(path.clone()), "things", THINGS);
    assert_eq!(target.look("a test").await.unwrap(), Standing::New);
    assert!(!path.exists());
    let Some(settings) = shared_cluster("nowhere") else { return };
    let target = Target::new(Location::Schema(settings), "things", THINGS);
    assert_eq!(target.look("a test").await.unwrap(), Standing::New);
    target.take("a journey").await.unwrap();
    assert_eq!(target.look("a test").await.unwrap(), Standing::Unfinished);
}

#[tokio::test]
async fn a_single_row_of_somebody_elses_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let place = file(&folder, "one.db").await;
    let job = place
        .database
        .write(|tx| Box::pin(async move { tx.execute("UPDATE counter SET next = 101", params![]).await.map(|_| ()) }));
    job.await.unwrap();
    let refused = place.target().look("a test").await;
    assert!(matches!(&refused, Err(TransferError::NotEmpty(table)) if table == "counter"), "{refused:?}");
}

#[tokio::test]
async fn what_goes_back_in_time_forgets_whom_it_has_told_and_who_works_on_what() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (file(&folder, "from.db").await, file(&folder, "to.db").await);
    fill(&from.database).await;
    let busy = from.database.write(|tx| {
        Box::pin(async move {
            let sql = "INSERT INTO outbox_progress (destination, position) VALUES ('reports/sales', 8)";
            tx.execute(sql, params![]).await?;
            tx.execute("UPDATE inbox SET lease = 'l', lease_until = 1 WHERE position = 1", params![]).await?;
            tx.execute("INSERT INTO marker (name, made_at) VALUES ('reconciled', 1), ('furnished', 2)", params![]).await
        })
    });
    busy.await.unwrap();
    let (target, taken_at) = (to.target(), Timestamp::parse("2026-11-22T14:00:00Z").unwrap());
    target.take("of noon").await.unwrap();
    target.restore(&mut Snapshot::pin(&from.location).await.unwrap(), taken_at, now()).await.unwrap();
    // Interrupted and begun again, it leaves alone what was restored: the source may differ by now.
    state_late(&from.database).await;
    target.take("of noon").await.unwrap();
    target.restore(&mut Snapshot::pin(&from.location).await.unwrap(), taken_at, now()).await.unwrap();
    target.finish().await.unwrap();
    let left = to.database.read(|tx| {
        Box::pin(async move {
            let progress = tx.fetch("SELECT destination FROM outbox_progress", params![]).await?.len();
            let leased = tx.fetch("SELECT id FROM inbox WHERE lease IS NOT NULL", params![]).await?.len();
            let facts = tx.fetch("SELECT id FROM outbox", params![]).await?.len();
            let marks = tx.fetch("SELECT name, made_at FROM marker ORDER BY name", params![]).await?;
            let mark = |row: &chassis_sql::Row| Ok((row.get::<String>("name")?, row.get::<Timestamp>("made_at")?));
            Ok((progress, leased, facts, marks.iter().map(mark).collect::<Result<Vec<_>, StoreError>>()?))
        })
    });
    let marks = vec![
        ("furnished".to_owned(), Timestamp::from_micros(2)),
        (RESTORED.to_owned(), taken_at),
        (RESTORED_AT.to_owned(), now()),
    ];
    assert_eq!(left.await.unwrap(), (0, 0, 8, marks));
}

#[tokio::test]
async fn a_restoration_that_nobody_has_acted_upon_keeps_its_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (file(&folder, "from.db").await, file(&folder, "to.db").await);
    let (early, late) = (Timestamp::from_micros(1_000), Timestamp::from_micros(2_000));
    from.database.mark(RESTORED, early).await.unwrap();
    let target = to.target();
    target.take("a journey").await.unwrap();
    target.restore(&mut Snapshot::pin(&from.location).await.unwrap(), late, now()).await.unwrap();
    assert_eq!(to.database.marked_at(RESTORED).await.unwrap(), Some(early));
}

#[tokio::test]
async fn a_snapshot_does_not_see_what_comes_later() {
    let folder = tempfile::tempdir().unwrap();
    let place = file(&folder, "living.db").await;
    let mut pinned = Snapshot::connect(&[place.location.clone(), place.location.clone()]).await.unwrap();
    Snapshot::pin_all(&mut pinned).await.unwrap();
    fill(&place.database).await;
    let rows = |digests: &[chassis_sql::transfer::TableDigest]| digests.iter().map(|table| table.rows).sum::<u64>();
    assert_eq!(rows(&pinned[0].digest().await.unwrap()), 2, "counter and shelf at their start");
    let mut late = Snapshot::pin(&place.location).await.unwrap();
    assert!(rows(&late.digest().await.unwrap()) > 20);
    let since = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
    let received = late.received("/things", since).await.unwrap();
    assert_eq!(received.len(), 8);
    assert!(late.received("/thing", since).await.unwrap().is_empty());
    assert!(late.never_published(&received).await.unwrap().is_empty());
    assert_eq!(pinned[1].never_published(&received).await.unwrap(), received);
    Snapshot::pin_all(&mut pinned).await.unwrap();
    assert!(pinned[1].never_published(&received).await.unwrap().is_empty());
    let versions = late.versions().await.unwrap();
    assert_eq!(
        versions.iter().map(|it| (it.owner.as_str(), it.version)).collect::<Vec<_>>(),
        [("chassis", 5), ("things", 1)]
    );
}

async fn writers_wait_while_it_is_held_still(place: &Place) {
    let still = WriteLock::of(&place.location).await.unwrap();
    let writing = place.database.mark("written", Timestamp::from_micros(1));
    tokio::pin!(writing);
    let early = tokio::time::timeout(std::time::Duration::from_millis(200), &mut writing).await;
    assert!(early.is_err(), "it was written meanwhile");
    still.end().await.unwrap();
    assert!(writing.await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_held_still() {
    let folder = tempfile::tempdir().unwrap();
    writers_wait_while_it_is_held_still(&file(&folder, "still.db").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_is_held_still() {
    let Some(place) = schema("still").await else { return };
    writers_wait_while_it_is_held_still(&place).await;
}

#[tokio::test]
async fn a_file_that_was_made_here_lies_alone_and_is_in_order_until_a_byte_is_flipped() {
    let folder = tempfile::tempdir().unwrap();
    let (from, path) = (file(&folder, "from.db").await, folder.path().join("backup.db"));
    fill(&from.database).await;
    let target = Target::new(Location::File(path.clone()), "things", THINGS);
    target.take("a backup").await.unwrap();
    target.fill(&mut Snapshot::pin(&from.location).await.unwrap()).await.unwrap();
    target.finish().await.unwrap();
    let beside: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let names: Vec<&str> = beside.iter().filter_map(|name| name.to_str()?.strip_prefix("backup.db")).collect();
    assert_eq!(names, [""], "no log lies beside the file");
    assert_eq!(problems_in_file(&path).await.unwrap(), Vec::<String>::new());
    let read_only = Database::sqlite_read_only(&path).await.unwrap();
    assert_eq!(messages(&read_only).after(0, 100, None).await.unwrap().len(), 8);
    assert!(read_only.mark("never", Timestamp::from_micros(1)).await.is_err());
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(4).position(|four| four == b"z z\0" || four == b"z z\x01").unwrap_or(bytes.len() / 2);
    bytes[at..at + 3].fill(0xff);
    bytes[100..140].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    assert!(problems_in_file(&path).await.is_err() || !problems_in_file(&path).await.unwrap().is_empty());
}
