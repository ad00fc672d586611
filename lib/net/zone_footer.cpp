#include "net/zone_footer.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace net {
namespace {

using namespace std::chrono_literals;
using cadence::ErrorCode;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

// "M3.5.0/2": when a change happens, each year, by the wall clock in force before it.
struct YearlyDate {
    enum class Form { MonthWeekDay, JulianWithoutLeapDay, DayOfYear };
    Form form{Form::DayOfYear};
    unsigned month{1};
    unsigned week{1};
    unsigned day{0};
    seconds time{2h};
};

struct SavingRule {
    seconds standard{};  // offsets, positive east of Greenwich
    seconds saving{};
    YearlyDate begin;
    YearlyDate end;
};

// Reads from the front; every step says whether it found what it wanted.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    bool skip(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool skip_name() {
        const bool quoted = skip('<');
        const auto letter = [quoted](char c) {
            const bool alpha = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            return alpha || (quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'));
        };
        const auto stop = std::find_if_not(rest_.begin(), rest_.end(), letter);
        const auto length = static_cast<std::size_t>(stop - rest_.begin());
        rest_.remove_prefix(length);
        return length >= 3 && (!quoted || skip('>'));
    }

    bool read_number(unsigned lowest, unsigned highest, unsigned& value) {
        const auto* const end = rest_.data() + rest_.size();
        const auto [stop, error] = std::from_chars(rest_.data(), end, value);
        if (error != std::errc{}) return false;
        rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
        return value >= lowest && value <= highest;
    }

    // [+-]h[hh][:mm[:ss]]
    bool read_time(seconds& value) {
        const bool negative = skip('-');
        if (!negative) skip('+');
        unsigned hour = 0;
        unsigned minute = 0;
        unsigned second = 0;
        if (!read_number(0, 167, hour)) return false;
        if (skip(':') && !read_number(0, 59, minute)) return false;
        if (skip(':') && !read_number(0, 59, second)) return false;
        value = seconds{hour * 3600 + minute * 60 + second};
        if (negative) value = -value;
        return true;
    }

    bool read_date(YearlyDate& date) {
        bool good = false;
        if (skip('M')) {
            date.form = YearlyDate::Form::MonthWeekDay;
            good = read_number(1, 12, date.month) && skip('.') && read_number(1, 5, date.week) &&
                   skip('.') && read_number(0, 6, date.day);
        } else if (skip('J')) {
            date.form = YearlyDate::Form::JulianWithoutLeapDay;
            good = read_number(1, 365, date.day);
        } else {
            good = read_number(0, 365, date.day);
        }
        return good && (!skip('/') || read_time(date.time));
    }

  private:
    std::string_view rest_;
};

// False: it cannot be parsed. An empty `rule`: there is no daylight saving.
bool parse_footer(std::string_view footer, std::optional<SavingRule>& rule) {
    if (footer.empty()) return true;
    Reader reader{footer};
    SavingRule found;
    seconds west{};
    if (!reader.skip_name() || !reader.read_time(west)) return false;
    if (reader.at_end()) return true;
    found.standard = -west;
    found.saving = found.standard + 1h;
    if (!reader.skip_name()) return false;
    if (!reader.skip(',')) {
        if (!reader.read_time(west) || !reader.skip(',')) return false;
        found.saving = -west;
    }
    if (!reader.read_date(found.begin) || !reader.skip(',')) return false;
    if (!reader.read_date(found.end) || !reader.at_end()) return false;
    rule = found;
    return true;
}

sys_days day_in(const YearlyDate& date, year in) {
    const sys_days new_year{in / 1 / 1};
    switch (date.form) {
        case YearlyDate::Form::DayOfYear:
            return new_year + days{date.day};
        case YearlyDate::Form::JulianWithoutLeapDay:
            // Days are counted as if 29 February did not exist: J60 is always 1 March.
            return new_year + days{date.day - 1} + days{in.is_leap() && date.day >= 60 ? 1 : 0};
        case YearlyDate::Form::MonthWeekDay:
            break;
    }
    const std::chrono::month month{date.month};
    const std::chrono::weekday weekday{date.day};
    if (date.week == 5) return sys_days{in / month / weekday[std::chrono::last]};
    return sys_days{in / month / weekday[date.week]};
}

}  // namespace

cadence::Result<std::optional<sys_seconds>> first_change_after(std::string_view footer,
                                                               sys_seconds after, seconds offset) {
    std::optional<SavingRule> rule;
    if (!parse_footer(footer, rule)) {
        return cadence::fail(ErrorCode::Malformed, "a zone file's footer cannot be understood");
    }
    std::optional<sys_seconds> first;
    if (!rule) return first;
    const auto from = std::max(after, sys_seconds{sys_days{year{1} / 1 / 1}});
    const auto consider = [&first, from, offset](sys_seconds change, seconds then) {
        if (change > from && then != offset && (!first || change < *first)) first = change;
    };
    const auto this_year = std::chrono::year_month_day{std::chrono::floor<days>(from)}.year();
    // A change may fall a week outside of its year; two years on, each has come at least once.
    for (auto in = this_year - std::chrono::years{1}; in <= this_year + std::chrono::years{2};
         ++in) {
        consider(day_in(rule->begin, in) + rule->begin.time - rule->standard, rule->saving);
        consider(day_in(rule->end, in) + rule->end.time - rule->saving, rule->standard);
    }
    return first;
}

}  // namespace net
