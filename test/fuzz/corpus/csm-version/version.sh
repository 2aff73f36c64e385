#!/bin/sh
: "${RELEASE_NAME:="csm"}"
: "${RELEASE_VERSION:="1.2.0"}"
