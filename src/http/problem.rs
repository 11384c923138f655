//! What a client sees when an answer is refused: RFC 9457 `application/problem+json`.
//!
//! The `type` is stable, so that a client may translate it; `errors[]` says what is wrong where. A
//! 5xx tells the client nothing but the request id; the log has the rest.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::request_id;

/// The kinds of problems, each with a page at `/problems/<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    InvalidParameter,
    UnknownParameter,
    InvalidBody,
    InvalidGeometry,
    NotAuthorized,
    UnknownLayer,
    UnknownFeature,
    UnknownPage,
    MethodNotAllowed,
    NotAcceptable,
    BodyTooLarge,
    UrlTooLong,
    UnsupportedMediaType,
    TooComplex,
    InternalError,
    TooBusy,
    TooSlow,
    NotAllowed,
    UnknownUpload,
    UnknownJob,
    UnknownImport,
    CannotImport,
    CannotExport,
    ChangedSince,
    DatabaseAway,
    InvalidFeature,
    VersionConflict,
    UnknownEdit,
    InvalidScenario,
    UnknownScenario,
    NameTaken,
    InfeasibleSiting,
    UnknownScheme,
    SchemeClosed,
    InvalidSchemeEdit,
    InfeasibleGrouping,
    UnknownTrenchPlan,
    TrenchPlanState,
    InvalidReply,
    Cancelled,
    WrongPassword,
    TooManyAttempts,
    UnknownToken,
    DiskFull,
}

impl Kind {
    pub const ALL: [Kind; 44] = [
        Kind::InvalidParameter,
        Kind::UnknownParameter,
        Kind::InvalidBody,
        Kind::InvalidGeometry,
        Kind::NotAuthorized,
        Kind::UnknownLayer,
        Kind::UnknownFeature,
        Kind::UnknownPage,
        Kind::MethodNotAllowed,
        Kind::NotAcceptable,
        Kind::BodyTooLarge,
        Kind::UrlTooLong,
        Kind::UnsupportedMediaType,
        Kind::TooComplex,
        Kind::InternalError,
        Kind::TooBusy,
        Kind::TooSlow,
        Kind::NotAllowed,
        Kind::UnknownUpload,
        Kind::UnknownJob,
        Kind::UnknownImport,
        Kind::CannotImport,
        Kind::CannotExport,
        Kind::ChangedSince,
        Kind::DatabaseAway,
        Kind::InvalidFeature,
        Kind::VersionConflict,
        Kind::UnknownEdit,
        Kind::Cancelled,
        Kind::InvalidScenario,
        Kind::UnknownScenario,
        Kind::NameTaken,
        Kind::InfeasibleSiting,
        Kind::UnknownScheme,
        Kind::SchemeClosed,
        Kind::InvalidSchemeEdit,
        Kind::InfeasibleGrouping,
        Kind::UnknownTrenchPlan,
        Kind::TrenchPlanState,
        Kind::InvalidReply,
        Kind::WrongPassword,
        Kind::TooManyAttempts,
        Kind::UnknownToken,
        Kind::DiskFull,
    ];

    /// Name in the `type` URI, HTTP status, title and what the reader of its page can do about it.
    fn facts(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Kind::InvalidParameter => (
                "invalid-parameter",
                S::BAD_REQUEST,
                "A parameter is not valid",
                "The value of a parameter cannot be read or lies outside its range. `errors` names each parameter and what is wrong with it.",
            ),
            Kind::UnknownParameter => (
                "unknown-parameter",
                S::BAD_REQUEST,
                "There is no such parameter",
                "A misspelt filter that is ignored would answer a question nobody asked. `errors` names the parameter; `/queryables` of a collection lists its filters.",
            ),
            Kind::InvalidBody => (
                "invalid-body",
                S::BAD_REQUEST,
                "The request's body cannot be read",
                "The body is not the JSON that this address takes.",
            ),
            Kind::InvalidGeometry => (
                "invalid-geometry",
                S::UNPROCESSABLE_ENTITY,
                "The geometry is not valid",
                "Rings must close, must not cross themselves or each other and coordinates must be longitude and latitude in degrees. `errors` says where.",
            ),
            Kind::NotAuthorized => (
                "not-authorized",
                S::UNAUTHORIZED,
                "This needs a valid token",
                "Log in, send `Authorization: Bearer <token>` with the token of an account or the administrator's, or ask as the public.",
            ),
            Kind::UnknownLayer => (
                "unknown-layer",
                S::NOT_FOUND,
                "There is no such layer",
                "`/api/collections` lists the layers that you may see.",
            ),
            Kind::UnknownFeature => (
                "unknown-feature",
                S::NOT_FOUND,
                "There is no such feature",
                "It was never there, it was deleted, or its id is not a number.",
            ),
            Kind::UnknownPage => (
                "unknown-page",
                S::NOT_FOUND,
                "There is nothing at this address",
                "`/api` lists what there is; `/api/openapi.json` describes it all.",
            ),
            Kind::MethodNotAllowed => (
                "method-not-allowed",
                S::METHOD_NOT_ALLOWED,
                "This address does not take that method",
                "The `Allow` header lists the methods that it takes.",
            ),
            Kind::NotAcceptable => (
                "not-acceptable",
                S::NOT_ACCEPTABLE,
                "No representation is acceptable to you",
                "The Accept or Accept-Encoding header forbids everything that this address can send.",
            ),
            Kind::BodyTooLarge => (
                "body-too-large",
                S::PAYLOAD_TOO_LARGE,
                "The request's body is too large",
                "The limit is a setting of the server and is named in `detail`.",
            ),
            Kind::UrlTooLong => (
                "url-too-long",
                S::URI_TOO_LONG,
                "The URL is too long",
                "The limit is a setting of the server and is named in `detail`.",
            ),
            Kind::UnsupportedMediaType => (
                "unsupported-media-type",
                S::UNSUPPORTED_MEDIA_TYPE,
                "The body must be JSON",
                "Send `Content-Type: application/json`.",
            ),
            Kind::TooComplex => (
                "too-complex",
                S::UNPROCESSABLE_ENTITY,
                "That is more than one request may ask",
                "The limit is a setting of the server and is named in `detail`.",
            ),
            Kind::InternalError => (
                "internal-error",
                S::INTERNAL_SERVER_ERROR,
                "The server has failed",
                "Tell the administrator the `request_id`: the log has the reason.",
            ),
            Kind::TooBusy => (
                "too-busy",
                S::SERVICE_UNAVAILABLE,
                "The server has too much to do just now",
                "Try again after the seconds that `Retry-After` names.",
            ),
            Kind::TooSlow => (
                "too-slow",
                S::SERVICE_UNAVAILABLE,
                "The answer took too long",
                "Ask for less, or try again after the seconds that `Retry-After` names.",
            ),
            Kind::NotAllowed => (
                "not-allowed",
                S::FORBIDDEN,
                "That is not yours to do",
                "Log in with an account that may do it, or send its token; `/api/session` tells as whom you ask.",
            ),
            Kind::UnknownUpload => (
                "unknown-upload",
                S::NOT_FOUND,
                "There is no such upload",
                "It was deleted, is older than a day, or was sent to another node. Send the file again.",
            ),
            Kind::UnknownJob => (
                "unknown-job",
                S::NOT_FOUND,
                "There is no such job",
                "Its result is kept for an hour by the node that did the work, as long as that runs.",
            ),
            Kind::UnknownImport => {
                ("unknown-import", S::NOT_FOUND, "There is no such import", "`/api/imports` lists them.")
            }
            Kind::DiskFull => (
                "disk-full",
                S::INSUFFICIENT_STORAGE,
                "The server has no room for that",
                "Nothing of it was kept. Tell the administrator; uploads are kept for a day and can be deleted before.",
            ),
            Kind::CannotImport => (
                "cannot-import",
                S::UNPROCESSABLE_ENTITY,
                "The file cannot be taken",
                "`detail` says what is wrong with the file or with what was said of it.",
            ),
            Kind::CannotExport => (
                "cannot-export",
                S::UNPROCESSABLE_ENTITY,
                "The format cannot hold what was asked for",
                "`errors` names each feature and value that would be cut or changed. Take another format or encoding, or fewer properties.",
            ),
            Kind::ChangedSince => (
                "changed-since",
                S::CONFLICT,
                "Something was changed since",
                "`errors` names what stands in the way and who changed it.",
            ),
            Kind::DatabaseAway => (
                "database-away",
                S::SERVICE_UNAVAILABLE,
                "The database cannot be reached",
                "Reading goes on from the last revision; try again to write after the seconds that `Retry-After` names.",
            ),
            Kind::InvalidFeature => (
                "invalid-feature",
                S::UNPROCESSABLE_ENTITY,
                "The feature cannot be taken",
                "`errors` names each property and what is wrong with it; `/schema` of the collection says what it holds.",
            ),
            Kind::VersionConflict => (
                "version-conflict",
                S::PRECONDITION_FAILED,
                "Somebody was faster",
                "The feature is no longer what you saw. `current` is what it is now, `changed_since` who changed what.",
            ),
            Kind::InfeasibleSiting => (
                "infeasible-siting",
                S::UNPROCESSABLE_ENTITY,
                "Sites cannot be chosen like that",
                "`errors` names what stands against it, or who would be left without a site.",
            ),
            Kind::InfeasibleGrouping => (
                "infeasible-grouping",
                S::UNPROCESSABLE_ENTITY,
                "Precincts cannot be made like that",
                "`errors` names the limit that stands against it, and the communities that show it.",
            ),
            Kind::InvalidScenario => (
                "invalid-scenario",
                S::UNPROCESSABLE_ENTITY,
                "The scenario cannot be applied",
                "`errors` names every modification that is wrong; nothing was applied.",
            ),
            Kind::UnknownScenario => {
                ("unknown-scenario", S::NOT_FOUND, "There is no such scenario", "`/api/scenarios` lists them.")
            }
            Kind::UnknownScheme => (
                "unknown-scheme",
                S::NOT_FOUND,
                "There is no such scheme",
                "`/api/schemes` lists the schemes that you may see.",
            ),
            Kind::SchemeClosed => (
                "scheme-closed",
                S::CONFLICT,
                "The scheme is not in a state for that",
                "Outlines and members change in drafts and shared schemes only; copy it to go on from there. `next_states` of a scheme lists where it can go.",
            ),
            Kind::InvalidSchemeEdit => (
                "invalid-scheme-edit",
                S::UNPROCESSABLE_ENTITY,
                "The scheme cannot be edited like that",
                "`reason` names why and `facts` what stands against it; nothing was changed.",
            ),
            Kind::UnknownTrenchPlan => (
                "unknown-trench-plan",
                S::NOT_FOUND,
                "There is no such plan of shared trenches",
                "`/api/trench-plans` lists the plans that you may see.",
            ),
            Kind::TrenchPlanState => (
                "trench-plan-state",
                S::CONFLICT,
                "The plan or its trench is not in a state for that",
                "Drafts are offered or deleted, offered plans are replied to, an agreed trench is only taken back.",
            ),
            Kind::InvalidReply => (
                "invalid-reply",
                S::UNPROCESSABLE_ENTITY,
                "The reply cannot be taken",
                "`reason` names why: whoever refuses or asks for other days says why, and the days hold the work.",
            ),
            Kind::NameTaken => {
                ("name-taken", S::CONFLICT, "The name is taken", "Names are unique; choose another one.")
            }
            Kind::UnknownEdit => ("unknown-edit", S::NOT_FOUND, "There is no such edit", "`/api/edits` lists them."),
            Kind::Cancelled => (
                "cancelled",
                S::CONFLICT,
                "The work was stopped",
                "Somebody cancelled the job; what it had done so far was taken back.",
            ),
            Kind::WrongPassword => (
                "wrong-password",
                S::FORBIDDEN,
                "The name or the password is wrong",
                "It is not told which. An administrator can set a new password: `pianqu user password NAME`.",
            ),
            Kind::TooManyAttempts => (
                "too-many-attempts",
                S::TOO_MANY_REQUESTS,
                "Too many wrong passwords",
                "Try again after the seconds that `Retry-After` names; the wait doubles up to five minutes.",
            ),
            Kind::UnknownToken => {
                ("unknown-token", S::NOT_FOUND, "There is no such token", "`/api/tokens` lists those of your account.")
            }
        }
    }

    pub fn name(self) -> &'static str {
        self.facts().0
    }

    pub fn status(self) -> StatusCode {
        self.facts().1
    }

    pub fn title(self) -> &'static str {
        self.facts().2
    }

    pub fn advice(self) -> &'static str {
        self.facts().3
    }
}

/// A refusal on its way to the client.
#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: Kind,
    pub detail: Cow<'static, str>,
    pub errors: Vec<Fault>,
    pub retry_after_s: Option<u32>,
    /// What else a program may want to know of it, as members of the problem.
    pub more: Option<Box<serde_json::Map<String, serde_json::Value>>>,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// JSON pointer into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of a parameter of the path or the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    pub detail: String,
}

/// The body of a problem.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Stable; `/problems/unknown-layer`.
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: String,
    /// The same as in the `X-Request-Id` header and in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    /// `current` and `changed_since` of a conflict, `at` and `mended` of a geometry, `filter_character` of a filter,
    /// `unfit` of an export.
    #[serde(flatten)]
    #[schema(value_type = Object, inline)]
    more: serde_json::Map<String, serde_json::Value>,
}

pub const MEDIA_TYPE: &str = "application/problem+json";

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), retry_after_s: None, more: None }
    }

    /// A parameter of the path or the query that cannot be taken.
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::at_parameter(Kind::InvalidParameter, name, detail)
    }

    pub fn at_parameter(kind: Kind, name: impl Into<String>, detail: impl Into<String>) -> Self {
        let (name, detail) = (name.into(), detail.into());
        let fault = Fault { pointer: None, parameter: Some(name.clone()), detail: detail.clone() };
        Self { errors: vec![fault], ..Self::new(kind, format!("{name}: {detail}")) }
    }

    /// Something in the body; `pointer` is a JSON pointer (RFC 6901).
    pub fn at_pointer(kind: Kind, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let fault = Fault { pointer: Some(pointer.into()), parameter: None, detail: detail.clone() };
        Self { errors: vec![fault], ..Self::new(kind, detail) }
    }

    pub fn unknown_layer(name: &str) -> Self {
        Self::at_parameter(Kind::UnknownLayer, "layer", format!("there is no layer «{name}» that you may see"))
    }

    pub fn with(mut self, name: &str, value: serde_json::Value) -> Self {
        self.more.get_or_insert_default().insert(name.to_owned(), value);
        self
    }

    /// What the client reads.
    pub fn body(&self) -> ProblemBody {
        ProblemBody {
            kind: format!("/problems/{}", self.kind.name()),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone().into_owned(),
            request_id: request_id::current(),
            errors: self.errors.clone(),
            more: self.more.as_deref().cloned().unwrap_or_default(),
        }
    }

    /// A failure of ours. The reason goes to the log with the request id, never to the client.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        tracing::error!(request_id = request_id::current(), %reason, "a request failed");
        Self::new(Kind::InternalError, "The reason is in the server's log under the request id.")
    }

    pub fn too_busy(detail: impl Into<Cow<'static, str>>, retry_after_s: u32) -> Self {
        Self { retry_after_s: Some(retry_after_s), ..Self::new(Kind::TooBusy, detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.body()).expect("a problem is plain data");
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (self.kind.status(), headers, body).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.kind == Kind::NotAuthorized {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
