//! A socket that gives up on a client who lets it wait too long.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::Place;
use super::line::Line;

/// A connection with deadlines.
pub struct Guarded {
    stream: TcpStream,
    line: Arc<Line>,
    place: Place,
    reading: Timer,
    writing: Timer,
    /// Since when it is watched how the client takes less than it was given, and how much it has taken since then.
    behind: Option<(Instant, u64)>,
}

#[derive(Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Whether `deadline` is over; if not, the task is woken when it is.
    fn is_over(&mut self, deadline: Instant, cx: &mut Context<'_>) -> bool {
        let deadline = tokio::time::Instant::from_std(deadline);
        let timer = self.0.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(cx).is_ready()
    }
}

impl Guarded {
    pub(super) fn new(stream: TcpStream, line: Arc<Line>, place: Place) -> Self {
        let (reading, writing) = (Timer::default(), Timer::default());
        Self { stream, line, place, reading, writing, behind: None }
    }

    /// What its requests can see of it.
    pub(crate) fn line(&self) -> Arc<Line> {
        Arc::clone(&self.line)
    }

    /// The other end.
    pub fn peer(&self) -> Option<std::net::SocketAddr> {
        self.stream.peer_addr().ok()
    }

    fn wrote(&mut self, given: usize, taken: &Poll<io::Result<usize>>, cx: &mut Context<'_>) -> io::Result<()> {
        match taken {
            Poll::Ready(Ok(taken)) if *taken == given => self.behind = None,
            Poll::Ready(Ok(taken)) => {
                let (since, bytes) = self.behind.unwrap_or((Instant::now(), 0));
                self.behind = Some((since, bytes + *taken as u64));
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                let (since, bytes) = *self.behind.get_or_insert((Instant::now(), 0));
                let settings = self.place.settings();
                let (rate_window, least) =
                    (settings.rate_window, settings.rate_window.as_secs_f64() * f64::from(settings.least_rate));
                if self.writing.is_over(since + rate_window, cx) {
                    #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
                    if (bytes as f64) < least {
                        return Err(late("the answer is not taken"));
                    }
                    // The system's own buffers took much at once; from now on it is the client who takes.
                    let now = Instant::now();
                    self.behind = Some((now, 0));
                    let _armed = self.writing.is_over(now + rate_window, cx);
                }
            }
        }
        Ok(())
    }
}

fn late(what: &'static str) -> io::Error {
    metrics::counter!("http_connections_timed_out_total").increment(1);
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl AsyncRead for Guarded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.line.waker().register(cx.waker());
        if this.line.has_ended() {
            return Poll::Ready(Err(io::Error::from(io::ErrorKind::ConnectionAborted)));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            this.line.received();
        }
        // While an answer is still on its way, that is what has a deadline.
        if read.is_pending() && this.behind.is_none() {
            let deadline = this.line.deadline();
            if deadline.is_some_and(|deadline| this.reading.is_over(deadline, cx)) {
                return Poll::Ready(Err(late("no request came")));
            }
        }
        read
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let taken = Pin::new(&mut self.stream).poll_write(cx, buf);
        match self.wrote(buf.len(), &taken, cx) {
            Ok(()) => taken,
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let taken = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        let given = bufs.iter().map(|buf| buf.len()).sum();
        match self.wrote(given, &taken, cx) {
            Ok(()) => taken,
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
