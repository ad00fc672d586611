// Proofs as NDJSON: taken in pieces as they arrive, and a piece in steps, each one unit of work.
// The next piece is not read before that is durable, so a slow disk slows the sender down. The
// answer begins when the last line has come: a client that sends before it reads would wait for
// ever for one that is mixed in. A stream in hand costs its piece and the end of its answer,
// whatever its length and its lines'; and only a few steps are in hand at a time, between which the
// loop turns, so that a single proof, a delivery or another request waits for no more.
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>

#include "daemon/routes/answers.hpp"
#include "daemon/routes/handlers.hpp"
#include "daemon/routes/line_splitter.hpp"
#include "daemon/routes/long_text.hpp"
#include "daemon/routes/problem.hpp"
#include "daemon/routes/requests.hpp"
#include "daemon/routes/turnstile.hpp"

namespace cadenced::wire {
namespace {

constexpr std::size_t kLongestLine = std::size_t{16} * 1024;
// Of usual proofs one or two steps make a piece; of the shortest wrong lines, which end a step with
// their turn, a hundred and twenty-eight. The larger a step, the more of its proofs share a
// window's rows and pages; the longer others wait for the ledger.
constexpr std::size_t kLinesAStep = 2048;
constexpr std::size_t kLinesATurn = 512;     // of the loop
constexpr std::size_t kWearersAStep = 1024;  // each has rows of its own
// Lines that are all refused have answers longer than themselves; those of right ones are shorter,
// so that no body of right lines comes here. It lies on the ledger's disk.
constexpr std::size_t kLongestAnswer = std::size_t{64} * 1024 * 1024;

boost::asio::awaitable<std::optional<std::string>> next_of(std::shared_ptr<LongText> answer) {
    auto piece = answer->read();
    // What the client has got by then must not look whole.
    if (!piece) throw std::runtime_error(piece.error().detail);
    if (piece->empty()) co_return std::nullopt;
    co_return *std::move(piece);
}

// What ends a body before its end is the client's doing; the rest is as everywhere.
int status_of_broken(cadence::ErrorCode code) {
    if (code == cadence::ErrorCode::TimedOut) return 408;
    if (code == cadence::ErrorCode::Interrupted) return 400;
    return status_of(code);
}

class ProofLines {
  public:
    explicit ProofLines(const RouteContext& context)
        : context_(context),
          results_(std::make_shared<LongText>(context.scratch, context.long_answers)) {}

    // Takes a step's lines of what is left of a piece. Errors: the ledger's, and none of these
    // lines has been taken.
    boost::asio::awaitable<cadence::Result<void>> take(std::string_view& piece) {
        auto entering = context_.steps_at_once->enter();
        const Turnstile::Pass pass = co_await std::move(entering);
        // With the pass in hand, or every stream would have its step in one turn of the loop.
        const auto loop = co_await boost::asio::this_coro::executor;
        do {
            auto turning = boost::asio::post(loop, boost::asio::use_awaitable);
            co_await std::move(turning);
            read(piece.empty() ? splitter_.finish() : splitter_.feed(piece, kLinesATurn));
        } while (!piece.empty() && goes_on());
        if (!proofs_.empty()) {
            const cadence::Policy policy = context_.config().policy;
            const cadence::Instant now = context_.clock.now();
            wearers_.clear();
            const cadence::Duration uptime = context_.clock.uptime();
            for (engine::Proof& proof : proofs_) proof.uptime = uptime;
            auto adding = context_.intake.add_proofs(std::exchange(proofs_, {}), policy, now);
            auto taken = co_await std::move(adding);
            if (!taken) co_return tl::unexpected<cadence::Error>(taken.error());
            for (engine::ProofTaken& one : *taken) weigh_clock(context_, now, one);
            note(*taken);
            context_.changed();
        }
        taken_ += entries_.size();
        co_return cadence::Result<void>();
    }

    // Keeps the results of the lines that were taken last. Errors: there is no room for them; the
    // lines have been taken all the same.
    cadence::Result<void> keep_results() {
        for (const Entry& entry : std::exchange(entries_, {})) {
            auto kept = results_->append(proof_line(entry.id, entry.line, entry.taken));
            if (!kept) return kept;
        }
        if (results_->size() <= kLongestAnswer) return {};
        return cadence::fail(cadence::ErrorCode::TooLarge,
                             "the answers to these lines, most of which are wrong, exceed 64 MiB");
    }

    [[nodiscard]] net::HttpReply reply() {
        net::HttpReply reply;
        reply.content_type = "application/x-ndjson";
        if (results_->fits_in_memory()) {
            reply.body = results_->read().value();
        } else {
            reply.next_chunk = [answer = results_] { return next_of(answer); };
        }
        return reply;
    }

    // What cut it short, with how far it came: what was taken may be sent again, and counts once.
    [[nodiscard]] net::HttpReply broken(const cadence::Error& error) const {
        const int status = status_of_broken(error.code);
        std::string why = status >= 500 ? "the daemon cannot write at the moment" : error.detail;
        net::HttpReply reply = make_problem(
            status, why + "; the first " + std::to_string(taken_) +
                        " lines have been dealt with. " +
                        (status == 413 ? "Send the rest in smaller parts"
                                       : "Send all of it again: what is known counts once"));
        if (status == 503) reply.headers.emplace_back("retry-after", "5");
        return reply;
    }

  private:
    struct Entry {
        std::size_t line{0};
        std::string id;  // empty: it could not be read
        engine::ProofTaken taken;
        bool handed_in{false};
    };

    // Wrong lines share nothing, and their results are long; nor do the proofs of as many wearers.
    [[nodiscard]] bool goes_on() const {
        return entries_.size() < kLinesAStep && proofs_.size() > entries_.size() / 2 &&
               wearers_.size() < kWearersAStep;
    }

    void read(std::vector<Line> lines) {
        for (Line& line : lines) entries_.push_back(read_one(line));
    }

    Entry read_one(const Line& line) {
        using engine::ProofStatus;
        if (line.too_long) {
            return {
                line.number, {}, {ProofStatus::Refused, "the line is longer than 16 KiB", {}}, {}};
        }
        auto proof = parse_proof(line.text, "the line");
        if (!proof) {
            const bool unreadable = proof.error().code == cadence::ErrorCode::Malformed;
            return {line.number,
                    unreadable ? std::string() : find_proof_id(line.text),
                    {ProofStatus::Refused, proof.error().detail, proof.error().field},
                    {}};
        }
        Entry entry{line.number, proof->id.value, {}, true};
        wearers_.insert(proof->session.value);
        proofs_.push_back(*std::move(proof));
        return entry;
    }

    void note(const std::vector<engine::ProofTaken>& taken) {
        auto next = taken.begin();
        for (Entry& entry : entries_) {
            if (entry.handed_in) entry.taken = *next++;
        }
    }

    const RouteContext& context_;
    LineSplitter splitter_{kLongestLine};
    std::vector<Entry> entries_;  // of the step in hand
    std::vector<engine::Proof> proofs_;
    std::unordered_set<std::string> wearers_;  // of these
    std::shared_ptr<LongText> results_;
    std::size_t taken_{0};  // lines
};

}  // namespace

Answering post_proof_lines(const RouteContext& context, Call call) {
    ProofLines proofs(context);
    for (bool more = true; more;) {
        auto reading = call.request.next_piece();
        const auto piece = co_await std::move(reading);
        if (!piece) co_return proofs.broken(piece.error());
        more = !piece->empty();
        std::string_view rest = *piece;
        do {
            auto taking = proofs.take(rest);
            const auto taken = co_await std::move(taking);
            if (!taken) co_return proofs.broken(taken.error());
            const auto kept = proofs.keep_results();
            if (!kept) co_return proofs.broken(kept.error());
        } while (!rest.empty());
    }
    co_return proofs.reply();
}

}  // namespace cadenced::wire
