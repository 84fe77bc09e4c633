// Faults at work: around a request and each step of its rollout, at a handshake, in a scrape.
//
// A Request is what stands between the client and the healthy server; faults and planted bugs are
// both made of it, of AroundMishaps for what happens on the way to a node, and of a Handshake.
// Thread safety: a RequestFaults and a MetricFaults belong to the thread that serves the request;
// the functions may be called from any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "simulator/cluster/node.h"
#include "simulator/rest_api/rest_api.h"
#include "simulator/wrong/faults/fault_plan.h"

namespace certdrill::simulator {

using Sleep = std::function<void(Milliseconds)>;  // may return early when the simulator stops
using HealthyServer = std::function<Answer(const Scene&, const Call&)>;

// One request on its way to the healthy server. The references outlive the call.
struct Request {
  const Scene& scene;
  const Call& call;
  const HealthyServer& next;  // or what stands next before it
  const Sleep& sleep;
};

Scene with_mishaps(const Scene& scene, Mishaps& mishaps);
Scene with_cluster(const Scene& scene, Cluster& cluster, Mishaps& mishaps);

// Mishaps in which everything succeeds. Stateless: one for all.
Mishaps& no_mishaps();

// The roles of the nodes; `called` is 0 where there is no client.
NodeRoles roles_in(const Cluster& cluster, int called = 0);

// Asks `inner` whatever is not overridden.
class AroundMishaps : public Mishaps {
 public:
  explicit AroundMishaps(Mishaps& inner) : inner_(inner) {}  // outlives this

  bool may_block() const override { return true; }  // some wait
  Step on_apply(contract::CertificateName name, int uid) override {
    return inner_.on_apply(name, uid);
  }
  Step on_node_down(contract::CertificateName name, int uid) override {
    return inner_.on_node_down(name, uid);
  }
  std::optional<certs::Strictness> strictness_for(contract::CertificateName name) override {
    return inner_.strictness_for(name);
  }
  std::optional<std::string> read_back(contract::CertificateName name,
                                       const InstalledCertificate& stored) override {
    return inner_.read_back(name, stored);
  }

 private:
  Mishaps& inner_;
};

struct RequestSurroundings {
  NodeRoles roles;
  SteadyTime now;
  Sleep sleep;
  std::function<std::string(int)> rest_url{};        // of a node
  std::function<void(std::chrono::seconds)> jump{};  // moves the cluster's clock
};

// What a set of faults does to one request. It is the set with which the request began, and each
// fault decides once per request whether it fires, at the first point where it matches; whatever
// the request meets after that, the decision holds.
class RequestFaults final : public AroundMishaps {
 public:
  // REQUIRES: `faults` is not null. `facts`: empty where nobody asks, and the cluster acts by itself.
  RequestFaults(std::shared_ptr<const FaultSet> faults, RequestFacts facts,
                RequestSurroundings surroundings, Mishaps& inner = no_mishaps());

  // The answer to the request, in this order: delays; a cut or an answer instead of the call; the
  // call, asking the faults at each step; an answer instead of this one; delays; the way in which
  // the answer is delivered.
  Answer serve(const Request& request);

  Step on_apply(contract::CertificateName name, int uid) override;
  Step on_node_down(contract::CertificateName name, int uid) override;
  std::optional<certs::Strictness> strictness_for(contract::CertificateName name) override;
  std::optional<std::string> read_back(contract::CertificateName name,
                                       const InstalledCertificate& stored) override;

  // After the call: counts the rollout for the faults that are a state of nodes. True: there was
  // one.
  bool count_rollout();

  // After the call: how long until somebody undoes it; nullopt: nobody does.
  std::optional<Milliseconds> undone_after() const { return undone_after_; }

  // Those that fired, in the order in which they did.
  const std::vector<const FaultRule*>& fired() const { return fired_; }

 private:
  RequestMishaps at_request();
  Answer at_answer(Answer answer);
  bool fires(ArmedFault& fault);
  bool fits_request(const ArmedFault& fault, Point point) const;
  bool fits_change(const ArmedFault& fault, contract::CertificateName name) const;
  bool fits_node(const ArmedFault& fault, int uid) const;

  const std::shared_ptr<const FaultSet> faults_;
  const RequestFacts facts_;
  const RequestSurroundings surroundings_;
  std::map<const ArmedFault*, bool> decisions_;
  std::vector<const FaultRule*> fired_;
  std::optional<Milliseconds> undone_after_;
  bool rolled_out_ = false;
};

// The client hears nothing of this answer.
Answer cut_off(const Delivery& delivery);

// `told`, with what the journal keeps of `done`.
Answer with_notes_of(Answer told, Answer done);

// False: the port is closed by a fault, and the connection is to be reset.
bool port_accepts(const FaultSet& faults, int uid, contract::CertificateName port, SteadyTime now);

// What the node presents instead of `presented`. `hit` is told of each fault that fires.
using Hit = std::function<void(const FaultRule&)>;
BundlePtr present_with_faults(const FaultSet& faults, const Handshake& handshake,
                              BundlePtr presented, const Hit& hit);

// What armed faults do to one scrape of a node's metrics port: series that say what is not so.
class MetricFaults {
 public:
  // Decides for the whole scrape which faults fire.
  MetricFaults(const FaultPlan& plan, int uid, const NodeRoles& roles);

  // Changes the series of one certificate, which are one at first.
  void apply(contract::CertificateName name, std::vector<ExpirySeries>& series) const;

 private:
  FaultSet firing_;
};

}  // namespace certdrill::simulator
