//! Where the lines of a command go: to the terminal, or to a command line that waits at the control socket.

use tokio::sync::mpsc;

/// Where a command's lines go.
#[derive(Clone)]
pub struct Output(Sink);

#[derive(Clone)]
enum Sink {
    Stdout,
    Channel(mpsc::Sender<String>),
}

impl Output {
    /// To the terminal.
    pub fn stdout() -> Self {
        Self(Sink::Stdout)
    }

    /// To the one who reads the other end.
    pub fn channel(sender: mpsc::Sender<String>) -> Self {
        Self(Sink::Channel(sender))
    }

    /// One more line.
    pub async fn line(&self, line: impl Into<String>) -> anyhow::Result<()> {
        match &self.0 {
            Sink::Stdout => {
                use std::io::Write as _;
                writeln!(std::io::stdout().lock(), "{}", line.into())?;
                Ok(())
            }
            Sink::Channel(sender) => sender.send(line.into()).await.map_err(|_| anyhow::anyhow!("the reader left")),
        }
    }
}
