//! What every operation of the API description has in common, said once.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};

use super::problem::MEDIA_TYPE;
use crate::export::Format;

/// The media type of a file whose format is not known beforehand.
const ANY_FILE: &str = "application/octet-stream";
const PROBLEM: &str = "#/components/schemas/Problem";

/// Gives every problem its media type, and every operation the answer that any of them may give: a
/// problem (406, 414, 431, 500, 503, …).
pub fn complete(mut description: OpenApi) -> OpenApi {
    for path in description.paths.paths.values_mut() {
        for operation in operations(path) {
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    name_media_type(response);
                }
            }
            let any = ResponseBuilder::new()
                .description("Any other problem")
                .content(MEDIA_TYPE, ContentBuilder::new().schema(Some(Ref::new(PROBLEM))).build())
                .build();
            operation.responses.responses.insert("default".to_owned(), any.into());
            if let Some(RefOr::T(file)) = operation.responses.responses.get_mut("200")
                && file.content.contains_key(ANY_FILE)
            {
                name_formats(file);
            }
        }
    }
    description
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, options, head, patch, trace, .. } = path;
    [get, put, post, delete, options, head, patch, trace].into_iter().flatten()
}

/// A file comes in the media type of its format.
fn name_formats(file: &mut Response) {
    let Some(content) = file.content.get(ANY_FILE).cloned() else { return };
    for format in Format::ALL {
        let media_type = format.media_type();
        // What is JSON is an object, whoever reads it.
        let object = || RefOr::T(ContentBuilder::new().schema(Some(ObjectBuilder::new())).build());
        let content = if media_type.ends_with("json") { object() } else { content.clone() };
        file.content.insert(media_type.to_owned(), content);
    }
}

fn name_media_type(response: &mut Response) {
    let is_problem = |content: &RefOr<utoipa::openapi::Content>| match content {
        RefOr::T(content) => matches!(&content.schema, Some(RefOr::Ref(to)) if to.ref_location == PROBLEM),
        RefOr::Ref(_) => false,
    };
    if response.content.get("application/json").is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove("application/json")
    {
        response.content.insert(MEDIA_TYPE.to_owned(), content);
    }
}
