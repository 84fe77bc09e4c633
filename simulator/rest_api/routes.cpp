#include <array>

#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {
namespace {

using contract::find_endpoint;

constexpr auto kConfirmed =
    answers(200, "Every node confirmed. The body is empty, or {} when the simulator was told so");
constexpr auto kInvalid = answers(400, "Not JSON, or the certificate or its key is invalid");
constexpr auto kNotAllNodes =
    answers(409, "Not all nodes have been updated; the same request again finishes the job");
constexpr auto kNotWritten = answers(500, "The configuration store could not be written");
constexpr auto kNoNode = answers(404, "There is no such node");

constexpr Parameter kName{"name", "The certificate", "CertificateName"};
constexpr Parameter kUid{"uid", "The node", "integer", 1};
constexpr std::array kLogQuery{
    Parameter{"stime", "Not before: 2026-06-01T12:00:00Z, a date, or seconds since 1970"},
    Parameter{"etime", "Not after"},
    Parameter{"order", "By time", "Order"},
    Parameter{"limit", "At most so many", "integer", 0},
    Parameter{"offset", "Leave so many out", "integer", 0},
};

// In the order of the contract, where a fixed part comes before a parameter in the same place.
const std::array<Route, 11> kRoutes{{
    {find_endpoint("update_cert"), put_update_cert,
     doc("Replaces one certificate on all nodes", takes("Certificate"), kConfirmed, kInvalid,
         kNotAllNodes, kNotWritten)},
    {find_endpoint("put_certificates"), put_certificates,
     doc("Replaces certificates on all nodes; validates all before it changes any",
         takes("Certificates"), kConfirmed, kInvalid, kNotAllNodes, kNotWritten)},
    {find_endpoint("get_certificates"), get_certificates,
     doc("Every installed certificate, private keys included",
         answers(200, "The certificates", "Installed"))},
    {find_endpoint("rotate"), post_rotate,
     doc("Makes new internode certificates", takes("Rotate"), kConfirmed,
         answers(400, "Not JSON, or not all nodes have been updated"))},
    {find_endpoint("delete_certificate"), delete_certificate,
     doc("Removes an optional certificate from all nodes", kName, kConfirmed,
         answers(404, "It is unknown or not installed"))},
    {find_endpoint("nodes"), get_nodes, doc("The nodes", answers(200, "The nodes", "[Node]"))},
    {find_endpoint("nodes_status"), get_nodes_status,
     doc("State of the nodes by uid", answers(200, "The states", "NodeStatuses"))},
    {find_endpoint("node"), get_node,
     doc("One node", kUid, answers(200, "The node", "Node"), kNoNode)},
    {find_endpoint("node_status"), get_node_status,
     doc("State of one node", kUid, answers(200, "Its state", "NodeStatus"), kNoNode)},
    {find_endpoint("cluster"), get_cluster,
     doc("The cluster", answers(200, "The cluster", "Cluster"))},
    {find_endpoint("logs"), get_logs,
     doc("The cluster's event log", answers(200, "The events", "[Event]"),
         answers(400, "A wrong or unknown query parameter")),
     kLogQuery},
}};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
