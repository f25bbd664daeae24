# SPDX-License-Identifier: Apache-2.0
"""Questions to a cluster that kafka-python has no words for: who controls it, who coordinates a
transaction."""
from kafka.protocol.api import Request, Response
from kafka.protocol.find_coordinator import FindCoordinatorRequest_v2
from kafka.protocol.types import (CompactArray, CompactString, Int16, Int32, Int64, Schema,
                                  TaggedFields)

TRANSACTION = 1
_REPLICA = (("replica_id", Int32), ("log_end_offset", Int64), ("tags", TaggedFields))


class DescribeQuorumResponse_v0(Response):
    API_KEY = 55
    API_VERSION = 0
    FLEXIBLE_VERSION = True
    SCHEMA = Schema(
        ("error_code", Int16),
        ("topics", CompactArray(
            ("topic_name", CompactString("utf-8")),
            ("partitions", CompactArray(
                ("partition_index", Int32),
                ("error_code", Int16),
                ("leader_id", Int32),
                ("leader_epoch", Int32),
                ("high_watermark", Int64),
                ("current_voters", CompactArray(*_REPLICA)),
                ("observers", CompactArray(*_REPLICA)),
                ("tags", TaggedFields))),
            ("tags", TaggedFields))),
        ("tags", TaggedFields))


class DescribeQuorumRequest_v0(Request):
    """The broker that is asked passes it on to the controller."""
    API_KEY = 55
    API_VERSION = 0
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = DescribeQuorumResponse_v0
    SCHEMA = Schema(
        ("topics", CompactArray(
            ("topic_name", CompactString("utf-8")),
            ("partitions", CompactArray(("partition_index", Int32), ("tags", TaggedFields))),
            ("tags", TaggedFields))),
        ("tags", TaggedFields))


def _ask(admin, request):
    client = admin._client
    node = client.least_loaded_node()
    client.await_ready(node)
    future = client.send(node, request)
    client.poll(future=future)
    if future.failed():
        raise future.exception
    return future.value


def controller_of(admin):
    """The number of the node that controls the cluster; None while there is none."""
    answer = _ask(admin, DescribeQuorumRequest_v0([("__cluster_metadata", [(0, {})], {})], {}))
    if answer.error_code or answer.topics[0][1][0][1]:
        return None
    leader = answer.topics[0][1][0][2]
    return leader if leader >= 0 else None


def coordinator_of(admin, transactional_id):
    """The number of the node that commits the transactions of this id; None while there is none."""
    answer = _ask(admin, FindCoordinatorRequest_v2(transactional_id, TRANSACTION))
    return answer.coordinator_id if answer.error_code == 0 else None
