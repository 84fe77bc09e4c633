# certdrill_embed(TARGET FUNCTION FILE): the text of FILE as
#   std::string_view certdrill::simulator::FUNCTION();
# in a source of TARGET, made anew whenever FILE changes.
function(certdrill_embed target function file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(READ "${file}" text)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/embedded_${function}.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[
#include <string_view>
namespace certdrill::simulator {
std::string_view @function@() { return R"embedded(@text@)embedded"; }
}  // namespace certdrill::simulator
]])
  target_sources(${target} PRIVATE "${source}")
endfunction()
