#include "conformance/report/folder.h"

#include <array>
#include <fstream>

#include "conformance/report/html.h"
#include "conformance/report/json.h"
#include "conformance/report/markdown.h"

namespace certdrill::conformance {
namespace {

struct ReportFile {
  const char* name;
  std::string (*text)(const RunReport& report);
};

constexpr std::array files{ReportFile{"report.json", json_report},
                           ReportFile{"report.html", html_report},
                           ReportFile{"summary.md", markdown_report}};

}  // namespace

tl::expected<void, std::string> write_reports(const RunReport& report,
                                              const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return tl::unexpected("--report-dir " + folder.string() + ": " + failed.message());
  for (const ReportFile& file : files) {
    std::ofstream stream(folder / file.name, std::ios::binary);
    stream << file.text(report);
    stream.close();
    if (!stream)
      return tl::unexpected("--report-dir: " + (folder / file.name).string() +
                            " cannot be written");
  }
  return {};
}

}  // namespace certdrill::conformance
