//! Listening, serving, and stopping in order.

use crate::app::{self, App};
use crate::auth::AdminToken;
use crate::commands;
use crate::config::Args;
use crate::policies;
use crate::retention;
use anyhow::{Context, Result};
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A collector that listens.
#[derive(Debug)]
pub struct Collector {
    app: Arc<App>,
    router: Router,
    listener: TcpListener,
    address: SocketAddr,
    made_up_token: Option<String>,
    demo_account: Option<(&'static str, String)>,
    /// How long requests under way may take once the server is to stop.
    stop_grace: Duration,
}

impl Collector {
    /// Opens the database and listens. Requests wait until [`Self::serve`].
    ///
    /// # Errors
    /// A file cannot be read, the database cannot be opened, or the address
    /// is taken.
    pub async fn bind(args: Args) -> Result<Self> {
        // A token that is set but empty would let everybody in.
        let chosen = args
            .admin_token
            .as_deref()
            .map(str::trim)
            .filter(|token| !token.is_empty());
        let (admin, made_up_token) = match chosen {
            Some(token) => (AdminToken::new(token), None),
            None => AdminToken::generate().map(|(token, text)| (token, Some(text)))?,
        };
        let listener = TcpListener::bind(args.listen)
            .await
            .with_context(|| format!("cannot listen on {}", args.listen))?;
        let address = listener.local_addr().context("the address")?;
        let (app, args) = tokio::task::spawn_blocking(move || {
            App::open(&args, admin).map(|app| (Arc::new(app), args))
        })
        .await??;
        let demo_account = match args.demo {
            true => Some(commands::demo(&app.storage).await?),
            false => None,
        };
        let router = app::router(Arc::clone(&app), &args);
        Ok(Self {
            app,
            router,
            listener,
            address,
            made_up_token,
            demo_account,
            stop_grace: Duration::from_secs(args.stop_grace),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The admin token, if none was set and one had to be made up.
    #[must_use]
    pub fn made_up_token(&self) -> Option<&str> {
        self.made_up_token.as_deref()
    }

    /// Name and password of the console's account in the demo.
    #[must_use]
    pub fn demo_account(&self) -> Option<(&str, &str)> {
        self.demo_account
            .as_ref()
            .map(|(name, password)| (*name, password.as_str()))
    }

    /// Serves until `stop` resolves; then ends all generations, lets other
    /// requests finish, and stores what was accepted.
    ///
    /// # Errors
    /// The listener fails.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let stopping = CancellationToken::new();
        let generations = Arc::clone(&self.app.generations);
        let announce = stopping.clone();
        let service = self
            .router
            .into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(self.listener, service).with_graceful_shutdown(async move {
            stop.await;
            generations.cancel_all();
            announce.cancel();
        });
        let out_of_patience = async {
            stopping.cancelled().await;
            tokio::time::sleep(self.stop_grace).await;
        };
        let deleting = retention::run(Arc::clone(&self.app));
        let following = policies::follow(Arc::clone(&self.app));
        tokio::select! {
            () = deleting => Ok(()),
            () = following => Ok(()),
            served = server.into_future() => served.context("the server failed"),
            () = out_of_patience => {
                tracing::warn!("some requests did not end in time");
                Ok(())
            }
        }
    }
}
