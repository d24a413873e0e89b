"""Renders ten objects for each of N sites with KCL's engine, in one process; prints milliseconds of the processor a site.

    python3 render.py ten.k N
"""

import sys
import time

import kcl_lib.api as kcl

api = kcl.API()
program, sites = sys.argv[1], int(sys.argv[2])


def render(number):
    arguments = [kcl.Argument(name="site", value=f'"site-{number}"')]
    result = api.exec_program(kcl.ExecProgramArgs(k_filename_list=[program], args=arguments))
    if result.yaml_result.count("apiVersion") != 10:
        sys.exit(result.err_message or "KCL did not render ten objects")


render(0)
started = time.process_time()
for number in range(sites):
    render(number)
print((time.process_time() - started) * 1000 / sites)
