# certdrill_embed(TARGET FUNCTION FILE [SPACE]): the text of FILE as
#   std::string_view certdrill::SPACE::FUNCTION();
# in a source of TARGET, made anew whenever FILE changes. SPACE is simulator where none is given.
function(certdrill_embed target function file)
  set(space simulator)
  if(ARGC GREATER 3)
    set(space ${ARGV3})
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(READ "${file}" text)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/embedded_${function}.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[
#include <string_view>
namespace certdrill::@space@ {
std::string_view @function@() { return R"embedded(@text@)embedded"; }
}  // namespace certdrill::@space@
]])
  target_sources(${target} PRIVATE "${source}")
endfunction()
