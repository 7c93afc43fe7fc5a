# Home Assistant installs probatio under the name voluptuous, so that is what the name means at run time.
from probatio import *
