

def _refusal(response: http.client.HTTPResponse) -> HiveError:
    try:
        problem = json.loads(response.read())
    except ValueError:
        problem = None
    return _problem(problem, response.status)


def _problem(problem: Any, status: int) -> HiveError:
    known: Mapping[str, Any] = problem if isinstance(problem, dict) else {}
    detail = known.get("detail", "The node answered %d." % status)
    return HiveError(str(known.get("code", "INTERNAL")), int(known.get("status", status)), detail)
