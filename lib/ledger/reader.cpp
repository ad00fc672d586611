#include "ledger/reader.hpp"

namespace ledger {
namespace {

// Ends the snapshot also when the question threw: an old one would hold up every checkpoint.
class Snapshot {
  public:
    explicit Snapshot(Database& database) : handle_(database.handle()) {
        database.execute("BEGIN");
    }
    ~Snapshot() { sqlite3_exec(handle_, "COMMIT", nullptr, nullptr, nullptr); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

  private:
    sqlite3* handle_;
};

}  // namespace

Reader::Reader(Database database, const boost::asio::any_io_executor& work,
               std::function<void(cadence::Error)> on_fatal)
    : impl_(std::make_shared<Impl>(Impl{std::move(database), std::move(on_fatal)})),
      work_(boost::asio::make_strand(work)) {}

cadence::Result<void> Reader::in_snapshot(
    Impl& impl, const std::function<cadence::Result<void>(Database&)>& work) {
    try {
        const Snapshot snapshot(impl.database);
        return work(impl.database);
    } catch (const StorageFailure& failure) {
        if (failure.error().code == cadence::ErrorCode::StorageCorrupt) {
            impl.on_fatal(failure.error());
        }
        return tl::unexpected(failure.error());
    } catch (const std::exception& exception) {
        return cadence::fail(cadence::ErrorCode::Internal, exception.what());
    }
}

}  // namespace ledger
