//! Mail for shops without a mail server, and for development: one `.eml` file per mail in a folder.
//!
//! Any mail program opens the files. The same mail sent twice is the same file. A mail counts as sent when its file is
//! on the disk: it is not sent again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::Clock;

use super::message::{Sender, addressee, bare_address, compose, file_stem};
use super::{Mail, MailError, Mailer};
use chassis_system::files;

/// Lays mail into a folder.
pub struct FolderMailer {
    folder: PathBuf,
    from: Sender,
    clock: Arc<dyn Clock>,
}

impl FolderMailer {
    /// Into `folder`, which is made when the first mail comes.
    pub fn new(folder: impl Into<PathBuf>, from: Sender, clock: Arc<dyn Clock>) -> Self {
        Self { folder: folder.into(), from, clock }
    }

    async fn write(&self, stem: &str, content: &[u8]) -> io::Result<()> {
        let (folder, content) = (self.folder.clone(), content.to_owned());
        let path = folder.join(format!("{stem}.eml"));
        let written = tokio::task::spawn_blocking(move || {
            files::make_folder(&folder)?;
            files::write(&path, &content)
        });
        written.await.map_err(io::Error::other)?
    }

    async fn delete_mail_to(&self, address: &str) -> io::Result<u64> {
        let mut letters = match tokio::fs::read_dir(&self.folder).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            files => files?,
        };
        let mut deleted = 0;
        while let Some(file) = letters.next_entry().await? {
            // Unfinished mail, left by a crash, names its addressee, too.
            let is_mail = file.path().extension().is_some_and(|ending| ending == "eml" || ending == "part");
            if is_mail && is_to(&file.path(), address).await? {
                tokio::fs::remove_file(file.path()).await?;
                deleted += 1;
            }
        }
        // Also when none was deleted now: an attempt that was cut off may have deleted some, and not come so far.
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || files::sync_folder(&folder)).await.map_err(io::Error::other)??;
        Ok(deleted)
    }
}

/// `false` for a file that is gone meanwhile, or is no mail.
async fn is_to(path: &Path, address: &str) -> io::Result<bool> {
    match tokio::fs::read(path).await {
        Ok(bytes) => Ok(addressee(&String::from_utf8_lossy(&bytes)).is_some_and(|to| to == address)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = compose(&self.from, mail, self.clock.now())?;
        let written = self.write(&file_stem(mail), &message.formatted()).await;
        written.map_err(|error| MailError::Unavailable(Box::new(error)))
    }

    async fn forget(&self, address: &str) -> Result<u64, MailError> {
        let Some(address) = bare_address(address) else { return Ok(0) };
        self.delete_mail_to(&address).await.map_err(|error| MailError::Unavailable(Box::new(error)))
    }
}

#[cfg(test)]
mod tests {
    use shared_kernel::Timestamp;

    use super::*;
    use crate::message::tests::{a_mail, sender};

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(1_795_348_800_000_000)
        }
    }

    #[tokio::test]
    async fn the_same_mail_twice_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = FolderMailer::new(folder.path().join("mail"), sender(), Arc::new(Noon));
        mailer.send(&a_mail()).await.unwrap();
        mailer.send(&Mail { subject: "Your receipt, again".to_owned(), ..a_mail() }).await.unwrap();
        mailer.send(&Mail { message_id: "receipt-8".to_owned(), ..a_mail() }).await.unwrap();
        let files = std::fs::read_dir(folder.path().join("mail")).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["receipt-7.eml", "receipt-8.eml"]);
        let text = std::fs::read_to_string(folder.path().join("mail/receipt-7.eml")).unwrap();
        assert!(text.contains("Subject: Your receipt, again\r\n"), "{text}");
    }

    #[tokio::test]
    async fn the_mail_of_one_person_is_forgotten_and_that_of_others_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = FolderMailer::new(folder.path(), sender(), Arc::new(Noon));
        let to = |id: &str, to: &str| Mail { message_id: id.to_owned(), to: to.to_owned(), ..a_mail() };
        for mail in [
            to("one", "\"Kea Ngata, who lives in Nelson with a very long name indeed\" <kea@example.org>"),
            to("two", "KEA@example.org"),
            to("three", "not-kea@example.org"),
            Mail { subject: "To: kea@example.org".to_owned(), ..to("four", "tui@example.org") },
        ] {
            mailer.send(&mail).await.unwrap();
        }
        std::fs::write(folder.path().join("notes.txt"), "To: kea@example.org\r\n").unwrap();
        assert_eq!(mailer.forget("Kea@Example.org").await.unwrap(), 2);
        let files = std::fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["four.eml", "notes.txt", "three.eml"]);
        assert_eq!(mailer.forget("kea@example.org").await.unwrap(), 0, "the second time there is nothing to forget");
        let none = FolderMailer::new(folder.path().join("none"), sender(), Arc::new(Noon));
        assert_eq!(none.forget("kea@example.org").await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_worth_another_try() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        let mailer = FolderMailer::new(blocked, sender(), Arc::new(Noon));
        assert!(matches!(mailer.send(&a_mail()).await, Err(MailError::Unavailable(_))));
    }
}
