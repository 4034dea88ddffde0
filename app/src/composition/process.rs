//! What the process asks of the operating system before it opens anything.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::stat::{Mode, umask};

/// A shop cannot open its databases and serve with fewer.
const MIN_FILE_DESCRIPTORS: u64 = 256;
/// What is kept for files, databases, mails and peers, however many connections there are.
const RESERVED_FILE_DESCRIPTORS: u64 = 192;
/// No more than this is asked for.
const MAX_FILE_DESCRIPTORS: u64 = 65_536;

/// Makes all files that the process writes readable by its owner only: databases hold addresses, mails hold links that
/// open accounts.
pub fn keep_to_itself() {
    umask(Mode::S_IRWXG | Mode::S_IRWXO);
}

/// How many descriptors the process may have, after asking for as many as it can get.
///
/// # Errors
/// When they are too few to open a shop.
pub fn raise_descriptor_limit() -> anyhow::Result<u64> {
    // A sandbox may forbid even to ask; what the usual limit is, every system grants.
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1_024, 1_024));
    let wanted = hard.min(MAX_FILE_DESCRIPTORS);
    let raised = wanted > soft && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok();
    let limit = if raised { wanted } else { soft };
    anyhow::ensure!(
        limit >= MIN_FILE_DESCRIPTORS,
        "only {limit} file descriptors may be open; a shop needs {MIN_FILE_DESCRIPTORS} at least and thousands for a crowd \
         (`ulimit -n`, or LimitNOFILE in the systemd unit)"
    );
    if limit < 4_096 {
        tracing::warn!(
            descriptors = limit,
            "only {limit} file descriptors may be open, so {} connections at most (`ulimit -n`, LimitNOFILE)",
            connections_within(limit)
        );
    }
    Ok(limit)
}

/// How many connections leave room for all else.
pub fn connections_within(descriptors: u64) -> usize {
    usize::try_from(descriptors.saturating_sub(RESERVED_FILE_DESCRIPTORS)).unwrap_or(usize::MAX)
}

/// Whether files can be written to this folder and reach the disk.
pub fn try_to_write(folder: &Path) -> anyhow::Result<()> {
    let path = folder.join(format!(".probe-{}", std::process::id()));
    let written = std::fs::File::create(&path).and_then(|mut file| {
        file.write_all(&[0; 4_096])?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&path);
    written.and(removed).with_context(|| format!("{} cannot be written", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        assert_eq!(connections_within(1_024), 832);
        assert_eq!(connections_within(MIN_FILE_DESCRIPTORS), 64);
        assert!(raise_descriptor_limit().unwrap() >= MIN_FILE_DESCRIPTORS);
    }

    #[test]
    fn a_folder_that_takes_no_files_is_told_of_by_name() {
        let folder = tempfile::tempdir().unwrap();
        try_to_write(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves nothing behind");
        let gone = folder.path().join("gone");
        assert!(try_to_write(&gone).unwrap_err().to_string().contains("gone"));
    }
}
