#include "platform/chastify/chastify.hpp"

#include <boost/system/system_error.hpp>
#include <utility>

#include "platform/chastify/chastify_channel.hpp"
#include "platform/chastify/redaction.hpp"

namespace chastify {
namespace {

namespace asio = boost::asio;
using cadence::Answer;
using cadence::AnswerKind;
using cadence::CallClass;
using cadence::ErrorCode;
using cadence::Secret;

Answer not_sent(const cadence::Error& error) {
    Answer answer;
    answer.kind = AnswerKind::NotSent;
    answer.code = to_string(error.code);
    answer.detail = Redaction({}).shown(error.detail);
    return answer;
}

class ChastifyPlatform final : public Chastify {
  public:
    ChastifyPlatform(net::HttpsPool& pool, Options options, const engine::Clock& clock)
        : pool_(pool), options_(std::move(options)), clock_(clock) {}

    [[nodiscard]] asio::awaitable<engine::ChannelOrAnswer> connect() override;
    [[nodiscard]] std::string host() const override { return options_.host; }
    [[nodiscard]] int capacity() const override { return options_.connections; }
    [[nodiscard]] int limit(CallClass call_class) const override;
    [[nodiscard]] bool has_credential() const override { return !options_.credential.empty(); }
    void replace(Secret credential, Limits limits) override {
        options_.credential = std::move(credential);
        options_.limits = limits;
    }

  private:
    net::HttpsPool& pool_;
    Options options_;
    const engine::Clock& clock_;
};

asio::awaitable<engine::ChannelOrAnswer> ChastifyPlatform::connect() {
    engine::ChannelOrAnswer result;
    if (!has_credential()) {
        result.answer = not_sent({ErrorCode::Configuration, "there is no credential", {}});
        co_return result;
    }
    const auto deadline = clock_.steady_now() + options_.timeout;
    try {
        auto lease = co_await pool_.acquire(deadline);
        if (lease) {
            result.channel = std::make_unique<ChastifyChannel>(std::move(*lease), options_, clock_);
        } else {
            result.answer = not_sent(lease.error());
        }
    } catch (const boost::system::system_error&) {
        result.answer = not_sent({ErrorCode::Cancelled, "cancelled while connecting", {}});
    }
    co_return result;
}

int ChastifyPlatform::limit(CallClass call_class) const {
    switch (call_class) {
        case CallClass::Read:
            return options_.limits.read;
        case CallClass::Write:
            return options_.limits.write;
        case CallClass::Action:
            return options_.limits.action;
    }
    return options_.limits.action;
}

}  // namespace

std::unique_ptr<Chastify> make_chastify(net::HttpsPool& pool, Options options,
                                        const engine::Clock& clock) {
    return std::make_unique<ChastifyPlatform>(pool, std::move(options), clock);
}

}  // namespace chastify
