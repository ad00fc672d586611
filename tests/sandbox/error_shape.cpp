#include "tests/sandbox/error_shape.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

namespace sandbox {
namespace {

constexpr std::array kShapes{ErrorShape::Flat, ErrorShape::Nested, ErrorShape::Plain,
                             ErrorShape::Empty, ErrorShape::Html};

}  // namespace

const char* to_string(ErrorShape shape) {
    switch (shape) {
        case ErrorShape::Flat:
            return "flat";
        case ErrorShape::Nested:
            return "nested";
        case ErrorShape::Plain:
            return "plain";
        case ErrorShape::Empty:
            return "empty";
        case ErrorShape::Html:
            return "html";
    }
    return "flat";
}

std::optional<ErrorShape> parse_error_shape(std::string_view text) {
    for (auto const shape : kShapes) {
        if (text == to_string(shape)) return shape;
    }
    return std::nullopt;
}

std::string html_page(int status) {
    return fmt::format(
        "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1>"
        "<p>Something between you and the server answered this.</p></body></html>",
        status);
}

HttpReply make_error(int status, std::string_view code, std::string_view message,
                     ErrorShape shape) {
    HttpReply reply;
    reply.status = status;
    nlohmann::json const coded{{"code", code}, {"message", message}};
    switch (shape) {
        case ErrorShape::Flat:
            reply.body = nlohmann::json{{"error", code}}.dump();
            break;
        case ErrorShape::Nested:
            reply.body = nlohmann::json{{"error", coded}}.dump();
            break;
        case ErrorShape::Plain:
            reply.body = coded.dump();
            break;
        case ErrorShape::Empty:
            reply.content_type.clear();
            break;
        case ErrorShape::Html:
            reply.content_type = "text/html; charset=utf-8";
            reply.body = html_page(status);
            break;
    }
    return reply;
}

}  // namespace sandbox
