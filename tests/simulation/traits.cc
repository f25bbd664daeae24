// SPDX-License-Identifier: Apache-2.0
// The table. What depends on the pace of a run is drawn in scenario_tenant.cc.
#include "simulation/traits.h"

#include <array>

namespace nsf::simulation {
namespace {

constexpr std::array kTraits{
    Trait{"order", "order=oldest", 300},
    Trait{"order", "order=oldest sort_by=insertion", 150},
    Trait{"order", "order=none", 100},
    Trait{"ties", "ties=shuffled", 200},
    Trait{"parameter", "page_parameter=skip", 120},
    Trait{"parameter", "page_parameter=both", 80},
    Trait{"parameter", "page_parameter=none", 30},
    Trait{"window", "window=optional", 150},
    Trait{"window", "window=ignored", 80},
    Trait{"pairs", "window_pairs=event", 150},
    Trait{"pairs", "window_pairs=insertion", 150},
    Trait{"bounds", "event_bounds=[] insertion_bounds=[]", 100},
    Trait{"bounds", "event_bounds=[) insertion_bounds=[)", 150},
    Trait{"bounds", "event_bounds=(] insertion_bounds=(]", 150},
    Trait{"bounds", "event_bounds=() insertion_bounds=()", 150},
    Trait{"unknown", "unknown_parameters=rejected", 100},
    Trait{"refusals", "refusals=200", 100},
    Trait{"envelope", "rows_key=data", 100},
    Trait{"envelope", "rows_in=nested", 80},
    Trait{"envelope", "rows_in=bare", 50},
    Trait{"envelope", "rows_in=lone", 50},
    Trait{"empty", "empty_as=null", 80},
    Trait{"empty", "empty_as=object", 80},
    Trait{"empty", "empty_as=204", 80},
    Trait{"status", "status_field=text", 100},
    Trait{"status", "status_field=object", 100},
    Trait{"status", "status_field=none", 100},
    Trait{"total", "total_key=none", 150},
    Trait{"total", "total_key=status.total", 100},
    Trait{"total", "total_key=totalResults", 100},
    Trait{"says", "total_says=page", 80},
    Trait{"says", "total_says=fewer", 60},
    Trait{"says", "total_says=more", 60},
    Trait{"says", "total_says=zero", 60},
    Trait{"says", "total_says=changing", 60},
    Trait{"says", "total_type=text", 100},
    Trait{"says", "total_cap=20", 80},
    Trait{"short", "short_page_percent=30", 150},
    Trait{"unit", "time_unit=ms", 100},
    Trait{"insertion", "show_insertion=off", 150},
    Trait{"rows", "odd_rows=no-id:200,null-id:50,empty-id:50", 80},
    Trait{"rows", "odd_rows=no-time:50,null-time:50,text-time:100", 60},
    Trait{"rows", "odd_rows=bare:50", 30},
    Trait{"rows", "odd_rows=broken:20", 60},
    Trait{"rows", "odd_rows=invalid-utf8:50,nul:50,lone-surrogate:50,not-object:20", 80},
    Trait{"rows", "odd_rows=duplicate-keys:50,big-integers:50,floats:50,text-numbers:50", 60},
    Trait{"equal", "equal_percent=10", 100},
    Trait{"repeated", "repeated_percent=5", 80},
    Trait{"echo", "echo_percent=10", 50},
    Trait{"crowd", "crowd=3", 150},
    Trait{"crowd", "crowd=12", 80},
    Trait{"rate", "rate_limit=240/min", 100},
    Trait{"rate", "rate_limit=120/min rate_kind=bucket", 60},
    Trait{"rate", "rate_limit=3/s", 60},
    Trait{"rate headers", "rate_headers=off", 100},
    Trait{"rate headers", "rate_headers=mixed-case", 100},
    Trait{"rate headers", "rate_headers=garbage retry_after=garbage", 80},
    Trait{"rate headers", "rate_headers=epoch retry_after=none", 80},
    Trait{"rate headers", "rate_headers=misspelt retry_after=date", 80},
};

}  // namespace

std::span<const Trait> TenantTraits() { return kTraits; }

}  // namespace nsf::simulation
