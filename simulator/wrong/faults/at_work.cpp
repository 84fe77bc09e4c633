#include "simulator/wrong/faults/at_work.h"

#include <algorithm>
#include <utility>

namespace certdrill::simulator {

using contract::CertificateName;

Scene with_mishaps(const Scene& scene, Mishaps& mishaps) {
  return with_cluster(scene, scene.cluster, mishaps);
}

Scene with_cluster(const Scene& scene, Cluster& cluster, Mishaps& mishaps) {
  return {cluster, mishaps, scene.edition, scene.now, scene.success_body, scene.sent};
}

Mishaps& no_mishaps() {
  static Mishaps none;
  return none;
}

NodeRoles roles_in(const Cluster& cluster, int called) {
  return {static_cast<int>(cluster.node_count()), cluster.primary(), called};
}

namespace {

Answer redirected(const std::string& to, std::string_view path) {
  Answer answer{.status = 307, .error_code = "redirected"};
  answer.headers.emplace_back("Location", to + std::string(path));
  return answer;
}

}  // namespace

RequestFaults::RequestFaults(std::shared_ptr<const FaultSet> faults, RequestFacts facts,
                             RequestSurroundings surroundings, Mishaps& inner)
    : AroundMishaps(inner),
      faults_(std::move(faults)),
      facts_(std::move(facts)),
      surroundings_(std::move(surroundings)) {}

bool RequestFaults::fires(ArmedFault& fault) {
  const auto [place, is_new] = decisions_.try_emplace(&fault, false);
  if (!is_new) return place->second;
  place->second = fault.strikes(surroundings_.now);
  if (place->second) fired_.push_back(&fault.rule());
  return place->second;
}

bool RequestFaults::fits_request(const ArmedFault& fault, Point point) const {
  return fault.acts_at(point) && fault.rule().match.fits_request(facts_, surroundings_.roles);
}

bool RequestFaults::fits_change(const ArmedFault& fault, CertificateName name) const {
  const auto& match = fault.rule().match;
  return match.fits_endpoint(facts_) && match.fits_change(facts_, name);
}

bool RequestFaults::fits_node(const ArmedFault& fault, int uid) const {
  return fault.rule().match.nodes.includes(uid, surroundings_.roles);
}

Answer RequestFaults::serve(const Request& request) {
  auto mishaps = at_request();
  undone_after_ = mishaps.undone_after;
  if (mishaps.clock_jump.count() != 0 && surroundings_.jump) surroundings_.jump(mishaps.clock_jump);
  if (mishaps.redirect && surroundings_.rest_url) {
    const auto& roles = surroundings_.roles;
    const int node = *mishaps.redirect == RedirectTo::primary ? roles.primary : roles.count;
    mishaps.answer_instead = redirected(surroundings_.rest_url(node), request.call.path);
  }
  if (mishaps.delay_before.count() > 0) surroundings_.sleep(mishaps.delay_before);
  Answer answer;
  if (mishaps.cut_instead) {
    answer = cut_off(*mishaps.cut_instead);
  } else {
    answer = mishaps.answer_instead
                 ? std::move(*mishaps.answer_instead)
                 : at_answer(request.next(with_mishaps(request.scene, *this), request.call));
    if (mishaps.answer_after)
      answer = with_notes_of(std::move(*mishaps.answer_after), std::move(answer));
    if (mishaps.delivery) answer.delivery = *mishaps.delivery;
  }
  if (mishaps.delay_after.count() > 0) surroundings_.sleep(mishaps.delay_after);
  return answer;
}

RequestMishaps RequestFaults::at_request() {
  RequestMishaps mishaps;
  for (const auto& fault : *faults_) {
    // A connection that was open before the port was closed.
    if (fault->ask(&Effect::closes_port, facts_.called, CertificateName::api, surroundings_.now))
      mishaps.cut_instead = Delivery{DeliveryKind::reset};
    if (fits_request(*fault, Point::request) && fires(*fault))
      fault->ask(&Effect::at_request, mishaps);
  }
  return mishaps;
}

Answer RequestFaults::at_answer(Answer answer) {
  for (const auto& fault : *faults_) {
    if (!fits_request(*fault, Point::answer) || !fault->ask(&Effect::wants_answer, answer) ||
        !fires(*fault)) {
      continue;
    }
    Answer told = answer;
    fault->ask(&Effect::at_answer, told);
    return with_notes_of(std::move(told), std::move(answer));
  }
  return answer;
}

Step RequestFaults::on_apply(CertificateName name, int uid) {
  rolled_out_ = true;
  const StepPlace place{name, uid, surroundings_.now};
  StepMishap mishap{AroundMishaps::on_apply(name, uid)};
  for (const auto& fault : *faults_) {
    if (fault->acts_at(Point::step) && fits_change(*fault, name) && fits_node(*fault, uid) &&
        fault->ask(&Effect::wants_step, place) && fires(*fault)) {
      fault->ask(&Effect::at_step, place, mishap);
    }
  }
  if (mishap.delay.count() > 0) surroundings_.sleep(mishap.delay);
  return std::move(mishap.step);
}

Step RequestFaults::on_node_down(CertificateName name, int uid) {
  rolled_out_ = true;
  Step step = AroundMishaps::on_node_down(name, uid);
  for (const auto& fault : *faults_) {
    if (fits_change(*fault, name) && fits_node(*fault, uid))
      fault->ask(&Effect::at_node_down, StepPlace{name, uid, surroundings_.now}, step);
  }
  return step;
}

std::optional<certs::Strictness> RequestFaults::strictness_for(CertificateName name) {
  for (const auto& fault : *faults_) {
    if (fault->acts_at(Point::judge) && fits_change(*fault, name) && fires(*fault))
      return fault->ask(&Effect::at_judge);
  }
  return AroundMishaps::strictness_for(name);
}

std::optional<std::string> RequestFaults::read_back(CertificateName name,
                                                    const InstalledCertificate& stored) {
  for (const auto& fault : *faults_) {
    if (fault->acts_at(Point::read) && fault->rule().match.fits_certificate(name) &&
        fits_node(*fault, facts_.called) && fires(*fault)) {
      return fault->ask(&Effect::at_read, stored);
    }
  }
  return AroundMishaps::read_back(name, stored);
}

bool RequestFaults::count_rollout() {
  if (!rolled_out_) return false;
  for (const auto& fault : *faults_) {
    if (fault->acts_at(Point::state) && !fault->expired(surroundings_.now)) fault->count_match();
  }
  return true;
}

Answer cut_off(const Delivery& delivery) {
  auto answer = error_answer(503, "no_answer", "The connection was cut before the call.");
  answer.delivery = delivery;
  return answer;
}

Answer with_notes_of(Answer told, Answer done) {
  told.notes = std::move(done.notes);
  return told;
}

bool port_accepts(const FaultSet& faults, int uid, CertificateName port, SteadyTime now) {
  return std::ranges::none_of(
      faults, [&](const auto& fault) { return fault->ask(&Effect::closes_port, uid, port, now); });
}

BundlePtr present_with_faults(const FaultSet& faults, const Handshake& handshake,
                              BundlePtr presented, const Hit& hit) {
  for (const auto& fault : faults) {
    const auto& match = fault->rule().match;
    if (!match.fits_certificate(handshake.port) ||
        !match.nodes.includes(handshake.node.uid(), handshake.roles)) {
      continue;
    }
    fault->ask(&Effect::after_hit_handshake, handshake, presented);
    if (!fault->acts_at(Point::handshake) || !fault->strikes(handshake.now)) continue;
    hit(fault->rule());
    fault->ask(&Effect::at_handshake, handshake, presented);
  }
  return presented;
}

MetricFaults::MetricFaults(const FaultPlan& plan, int uid, const NodeRoles& roles) {
  const auto armed = plan.armed();
  if (!armed) return;
  for (const auto& fault : *armed) {
    if (!fault->acts_at(Point::metrics) || !fault->rule().match.nodes.includes(uid, roles) ||
        !fault->strikes(plan.now())) {
      continue;
    }
    plan.tell({FaultEvent::What::hit, fault->rule().name, fault->rule().drill});
    firing_.push_back(fault);
  }
}

void MetricFaults::apply(CertificateName name, std::vector<ExpirySeries>& series) const {
  for (const auto& fault : firing_) {
    if (fault->rule().match.fits_certificate(name)) fault->ask(&Effect::at_metrics, series);
  }
}

}  // namespace certdrill::simulator
